/** What a transaction, a message, a contract or an account can do to somebody, before he signs. */

import { t } from "@/texts";

import { Approvals } from "./Approvals";
import { NewScan } from "./NewScan";
import { Scans } from "./Scans";

export function SecurityPage() {
  return (
    <div className="mx-auto flex max-w-6xl flex-col gap-4">
      <h1 className="text-2xl font-semibold">{t("nav.security")}</h1>
      <NewScan />
      <Approvals />
      <Scans />
    </div>
  );
}
