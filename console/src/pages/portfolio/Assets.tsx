/** The single assets, the most valuable first, with what is not counted and why. */

import { t } from "@/texts";
import { Badge } from "@/ui/Badge";
import { Amount, Usd } from "@/ui/Money";
import { Address, Name } from "@/ui/Name";
import { Answer, Panel } from "@/ui/Panel";
import { Table } from "@/ui/Table";
import { Ago } from "@/ui/Time";

import { Explain } from "./Explain";
import { useAssets, type Asset } from "./reading";

function What({ of }: { of: Asset }) {
  return (
    <span className="flex flex-wrap items-center gap-2">
      <strong>
        <Name of={of.symbol} />
      </strong>
      <Address of={of.asset} />
      {of.why === "receipt" && <Badge>{t("portfolio.inReceipt")}</Badge>}
      {of.why != null && of.why !== "receipt" && <Badge tone="warn">{t("portfolio.notCounted", { why: of.why })}</Badge>}
      {of.isStale && (
        <span className="text-sm text-warn">
          <Ago at={of.asOf} />
        </span>
      )}
    </span>
  );
}

export function Assets() {
  const assets = useAssets();
  return (
    <Panel title={t("portfolio.holdings")}>
      <Answer of={assets}>
        {() => (
          <Table
            caption={t("portfolio.holdings")}
            rows={assets.rows}
            id={(row) => row.id}
            find={(row) => `${row.symbol} ${row.asset} ${row.chain}`}
            empty={t("portfolio.noAssets")}
            more={assets.hasNextPage ? assets.fetchNextPage : undefined}
            loadingMore={assets.isFetchingNextPage}
            columns={[
              { title: t("portfolio.asset"), cell: (row) => <What of={row} /> },
              { title: t("portfolio.chain"), cell: (row) => row.chain },
              { title: t("portfolio.amount"), number: true, cell: (row) => <Amount value={row.balance} /> },
              { title: t("portfolio.price"), number: true, cell: (row) => <Usd value={row.priceUsd} /> },
              { title: t("portfolio.value"), number: true, cell: (row) => <Usd value={row.valueUsd} /> },
              { title: t("explain.open"), number: true, cell: (row) => <Explain figure={{ figure: "asset", id: row.asset }} of={row.symbol} /> },
            ]}
          />
        )}
      </Answer>
    </Panel>
  );
}
