/** The value over time. */

import { useMemo, useState } from "react";

import { LineChart } from "@/charts/LineChart";
import { t } from "@/texts";
import { Choice } from "@/ui/Choice";
import { Answer, Empty, Panel } from "@/ui/Panel";

import { useHistory, type Interval } from "./reading";

const INTERVALS: readonly Interval[] = ["hour", "day", "week"];

export function History() {
  const [interval, setInterval] = useState<Interval>("hour");
  const history = useHistory(interval);
  const rows = useMemo(
    () => history.data?.points.map((point) => ({ at: point.at, value: point.valueUsd, low: point.lowestUsd, high: point.highestUsd })) ?? [],
    [history.data],
  );
  const choice = (
    <Choice
      label={t("portfolio.interval")}
      value={interval}
      choose={setInterval}
      options={INTERVALS.map((value) => ({ value, text: t(`portfolio.interval.${value}`) }))}
    />
  );
  return (
    <Panel title={t("portfolio.history")} actions={choice} room="min-h-[25rem]">
      <Answer of={history}>
        {() => (rows.length === 0 ? <Empty>{t("portfolio.noHistory")}</Empty> : <LineChart name={t("portfolio.history")} rows={rows} />)}
      </Answer>
    </Panel>
  );
}
