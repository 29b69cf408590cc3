/** What came of the forecasts: errors and how often the bands held, beside the best simple rule. */

import { count } from "@/money/format";
import { share } from "@/money/wei";
import { t } from "@/texts";
import { Empty, Panel } from "@/ui/Panel";
import { Table } from "@/ui/Table";

import { usePredictions, type Prediction } from "./reading";
import { ahead } from "./words";

type Scored = Prediction & { backtest: NonNullable<Prediction["backtest"]> };
const isScored = (of: Prediction): of is Scored => of.backtest !== null;

export function Record({ chain }: { chain: string }) {
  const found = usePredictions(chain);
  if (chain === "" || found.data === undefined) return null;
  const rows = found.data.predictions.filter(isScored);
  return (
    <Panel title={t("gas.record")}>
      {rows.length === 0 ? (
        <Empty>{t("gas.noRecord")}</Empty>
      ) : (
        <>
          <p className="mb-2 text-muted">{t("gas.recordLead")}</p>
          <Table
            caption={t("gas.record")}
            rows={rows}
            id={(row) => String(row.horizon)}
            empty={t("gas.noRecord")}
            columns={[
              { title: t("gas.horizon"), cell: (row) => ahead(row.horizon) },
              { title: t("gas.n"), number: true, cell: (row) => count(row.backtest.n) },
              { title: t("gas.mape"), number: true, cell: (row) => share(row.backtest.mape) },
              { title: t("gas.within"), number: true, cell: (row) => share(row.backtest.within10) },
              { title: t("gas.cover80"), number: true, cell: (row) => share(row.backtest.cover80) },
              { title: t("gas.cover95"), number: true, cell: (row) => share(row.backtest.cover95) },
              { title: t("gas.baseline"), cell: (row) => `${row.backtest.bestBaseline} (${share(row.backtest.bestBaselineMape)})` },
            ]}
          />
        </>
      )}
    </Panel>
  );
}
