/** Profit and returns over a window. */

import { useState, type ReactNode } from "react";

import { t, type TextKey } from "@/texts";
import { Choice } from "@/ui/Choice";
import { Ratio, Usd } from "@/ui/Money";
import { Answer, Empty, Panel } from "@/ui/Panel";

import { usePerformance, type Performance as Figures, type Window } from "./reading";

const WINDOWS: readonly Window[] = ["24h", "7d", "30d", "90d", "1y", "all"];
const FIGURES: readonly [TextKey, (of: Figures) => ReactNode][] = [
  ["portfolio.profit", (of) => <Usd value={of.profit} toned />],
  ["portfolio.netFlow", (of) => <Usd value={of.netFlow} />],
  ["portfolio.twr", (of) => <Ratio value={of.timeWeightedReturn} toned signed />],
  ["portfolio.mwr", (of) => <Ratio value={of.moneyWeightedReturn} toned signed />],
  ["portfolio.roi", (of) => <Ratio value={of.roi} toned signed />],
  ["portfolio.drawdown", (of) => <Ratio value={of.maxDrawdown} />],
  ["portfolio.volatility", (of) => <Ratio value={of.volatility} />],
  ["portfolio.income", (of) => <Usd value={of.income} />],
  ["portfolio.costs", (of) => <Usd value={of.costs} />],
  ["portfolio.unexplained", (of) => <Usd value={of.unexplained} />],
];

export function Performance() {
  const [window, setWindow] = useState<Window>("30d");
  const performance = usePerformance(window);
  const choice = (
    <Choice label={t("portfolio.window")} value={window} choose={setWindow} options={WINDOWS.map((value) => ({ value, text: value === "all" ? t("portfolio.allTime") : value }))} />
  );
  return (
    <Panel title={t("portfolio.performance")} actions={choice} room="min-h-[25rem]">
      {performance.error?.status === 404 ? (
        <Empty>{t("portfolio.noHistory")}</Empty>
      ) : (
        <Answer of={performance}>
          {(of) => (
            <dl className="grid grid-cols-2 gap-3">
              {FIGURES.map(([text, figure]) => (
                <div key={text}>
                  <dt className="text-sm text-muted">{t(text)}</dt>
                  <dd className="font-medium">{figure(of)}</dd>
                </div>
              ))}
            </dl>
          )}
        </Answer>
      )}
    </Panel>
  );
}
