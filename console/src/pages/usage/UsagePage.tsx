/** What the plan holds, how much of it is used, what it costs, and how to change it. */

import { t } from "@/texts";

import { ChangePlan } from "./ChangePlan";
import { Invoices } from "./Invoices";
import { Plan } from "./Plan";
import { Quotas } from "./Quotas";
import { Requests } from "./Requests";

export function UsagePage() {
  return (
    <div className="mx-auto flex max-w-6xl flex-col gap-4">
      <h1 className="text-2xl font-semibold">{t("nav.usage")}</h1>
      <div className="grid gap-4 xl:grid-cols-2">
        <Plan />
        <ChangePlan />
      </div>
      <Requests />
      <Quotas />
      <Invoices />
    </div>
  );
}
