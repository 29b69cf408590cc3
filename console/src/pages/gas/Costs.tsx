/** What each named operation costs in the next block. */

import { count } from "@/money/format";
import { coin } from "@/money/wei";
import { t } from "@/texts";
import { Amount, Usd } from "@/ui/Money";
import { Answer, Panel } from "@/ui/Panel";
import { Table } from "@/ui/Table";

import { isEstimate, useEstimate, type Cost } from "./reading";

type Known = "native_transfer" | "erc20_transfer" | "erc20_approve" | "swap_v2" | "swap_v3" | "lp_mint" | "bridge_deposit";
const named = (of: Cost): string => (of.operation === null ? t("gas.own") : t(`gas.op.${of.operation as Known}`));

export function CostTable({ rows, symbol }: { rows: readonly Cost[]; symbol: string }) {
  return (
    <Table
      caption={t("gas.cost")}
      rows={rows}
      id={(row) => row.operation ?? "own"}
      empty={t("gas.none")}
      columns={[
        { title: t("gas.operation"), cell: named },
        { title: t("gas.units"), number: true, cell: (row) => count(row.gas) },
        { title: t("gas.basis"), cell: (row) => t(`gas.basis.${row.gasBasis}`) },
        { title: t("gas.fee"), number: true, cell: (row) => <Amount value={coin(row.native)} unit={symbol} /> },
        { title: t("gas.usd"), number: true, cell: (row) => <Usd value={row.usd} /> },
      ]}
    />
  );
}

export function Costs({ chain, symbol }: { chain: string; symbol: string }) {
  const estimate = useEstimate(chain);
  if (chain === "") return null;
  return (
    <Panel title={t("gas.cost")}>
      <Answer of={estimate}>{(of) => isEstimate(of) && <CostTable rows={of.cost} symbol={symbol} />}</Answer>
    </Panel>
  );
}
