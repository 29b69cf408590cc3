/** What a transaction, a message, a contract or an account can do to somebody, before he signs. */

import { t } from "@/texts";
import { Page } from "@/ui/Page";

import { Approvals } from "./Approvals";
import { NewScan } from "./NewScan";
import { Scans } from "./Scans";

export function SecurityPage() {
  return (
    <Page title={t("nav.security")}>
      <NewScan />
      <Approvals />
      <Scans />
    </Page>
  );
}
