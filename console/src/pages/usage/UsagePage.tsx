/** What the plan holds, how much of it is used, what it costs, and how to change it. */

import { t } from "@/texts";
import { Beside, Page } from "@/ui/Page";

import { ChangePlan } from "./ChangePlan";
import { Invoices } from "./Invoices";
import { Plan } from "./Plan";
import { Quotas } from "./Quotas";
import { Requests } from "./Requests";

export function UsagePage() {
  return (
    <Page title={t("nav.usage")}>
      <Beside>
        <Plan />
        <ChangePlan />
      </Beside>
      <Requests />
      <Quotas />
      <Invoices />
    </Page>
  );
}
