/** What came, what left, and what was done between. */

import { t } from "@/texts";
import { Badge } from "@/ui/Badge";
import { Amount, Usd } from "@/ui/Money";
import { Address } from "@/ui/Name";
import { Answer, Panel } from "@/ui/Panel";
import { Table } from "@/ui/Table";
import { At } from "@/ui/Time";

import { Explain } from "./Explain";
import { useFlows } from "./reading";

export function Flows() {
  const flows = useFlows();
  return (
    <Panel title={t("portfolio.flows")}>
      <Answer of={flows}>
        {() => (
          <Table
            caption={t("portfolio.flows")}
            rows={flows.rows}
            id={(row) => row.id}
            empty={t("portfolio.noFlows")}
            more={flows.hasNextPage ? flows.fetchNextPage : undefined}
            loadingMore={flows.isFetchingNextPage}
            columns={[
              { title: t("portfolio.time"), cell: (row) => <At at={row.at} /> },
              { title: t("portfolio.kind"), cell: (row) => <Badge>{row.kind}</Badge> },
              { title: t("portfolio.asset"), cell: (row) => <Address of={row.asset} /> },
              { title: t("portfolio.amount"), number: true, cell: (row) => <Amount value={row.amount} /> },
              { title: t("portfolio.value"), number: true, cell: (row) => <Usd value={row.usd} /> },
              { title: t("explain.open"), number: true, cell: (row) => <Explain figure={{ figure: "flow", id: row.id }} of={row.kind} /> },
            ]}
          />
        )}
      </Answer>
    </Panel>
  );
}
