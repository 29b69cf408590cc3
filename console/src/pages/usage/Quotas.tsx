/** What the plan allows of each thing, and how much of it is there. */

import { count } from "@/money/format";
import { t } from "@/texts";
import { Badge } from "@/ui/Badge";
import { Answer, Panel } from "@/ui/Panel";
import { Table } from "@/ui/Table";

import { useSubscription } from "./reading";

export function Quotas() {
  const plan = useSubscription();
  return (
    <Panel title={t("usage.quotas")}>
      <Answer of={plan}>
        {(of) => (
          <Table
            caption={t("usage.quotas")}
            rows={of.usedQuotas}
            id={(row) => row.quota}
            empty={t("usage.none")}
            columns={[
              { title: t("usage.quota"), cell: (row) => row.quota.replaceAll("_", " ") },
              { title: t("usage.used"), number: true, cell: (row) => count(row.used) },
              { title: t("usage.allowed"), number: true, cell: (row) => count(row.allowed) },
              {
                title: t("usage.status"),
                cell: (row) => (row.exceeding.length === 0 ? "" : <Badge tone="warn">{t("usage.exceeding", { count: row.exceeding.length })}</Badge>),
              },
            ]}
          />
        )}
      </Answer>
    </Panel>
  );
}
