/** For staff: users and payment events, each change with its reason. */

import { t } from "@/texts";
import { Page } from "@/ui/Page";

import { Users } from "./Users";
import { Webhooks } from "./Webhooks";

export function AdminPage() {
  return (
    <Page title={t("nav.admin")}>
      <Users />
      <Webhooks />
    </Page>
  );
}
