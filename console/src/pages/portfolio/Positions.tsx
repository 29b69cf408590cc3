/** What protocols hold for the wallets, and what is owed to them. */

import { t } from "@/texts";
import { Badge } from "@/ui/Badge";
import { Usd } from "@/ui/Money";
import { Name } from "@/ui/Name";
import { Answer, Panel } from "@/ui/Panel";
import { Table } from "@/ui/Table";

import { Explain } from "./Explain";
import { usePositions, type Position } from "./reading";

function What({ of }: { of: Position }) {
  return (
    <span className="flex flex-col gap-1">
      <strong>
        <Name of={of.name} />
      </strong>
      <span className="text-sm text-muted">
        <Name of={of.protocol} /> · {of.kind} · {of.chain}
      </span>
      {of.findings.map((finding) => (
        <span key={finding.code}>
          <Badge tone="warn">{finding.code.replaceAll("_", " ")}</Badge> <Name of={finding.text} />
        </span>
      ))}
    </span>
  );
}

export function Positions() {
  const positions = usePositions();
  return (
    <Panel title={t("portfolio.positions")}>
      <Answer of={positions}>
        {() => (
          <Table
            caption={t("portfolio.positions")}
            rows={positions.rows}
            id={(row) => row.id}
            empty={t("portfolio.noPositions")}
            more={positions.hasNextPage ? positions.fetchNextPage : undefined}
            loadingMore={positions.isFetchingNextPage}
            columns={[
              { title: t("portfolio.position"), cell: (row) => <What of={row} /> },
              { title: t("portfolio.value"), number: true, cell: (row) => <Usd value={row.valueUsd} /> },
              { title: t("portfolio.owes"), number: true, cell: (row) => <Usd value={row.debtsUsd} /> },
              { title: t("portfolio.claimable"), number: true, cell: (row) => <Usd value={row.claimableUsd} /> },
              { title: t("portfolio.locked"), number: true, cell: (row) => <Usd value={row.lockedUsd} /> },
              { title: t("explain.open"), number: true, cell: (row) => <Explain figure={{ figure: "position", id: row.id }} of={row.name} /> },
            ]}
          />
        )}
      </Answer>
    </Panel>
  );
}
