/** For staff: users and payment events, each change with its reason. */

import { t } from "@/texts";

import { Users } from "./Users";
import { Webhooks } from "./Webhooks";

export function AdminPage() {
  return (
    <div className="mx-auto flex max-w-6xl flex-col gap-4">
      <h1 className="text-2xl font-semibold">{t("nav.admin")}</h1>
      <Users />
      <Webhooks />
    </div>
  );
}
