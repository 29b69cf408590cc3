/** Forecasts of the next base fees as a fan, and as a table. */

import { localTime } from "@/money/times";
import { gweiText, share } from "@/money/wei";
import { t } from "@/texts";
import { Answer, Empty, Panel } from "@/ui/Panel";
import { Table } from "@/ui/Table";
import { At } from "@/ui/Time";

import { fanOf, HEIGHT, WIDTH } from "./fan";
import { usePredictions, type Predictions } from "./reading";
import { ahead, Gwei } from "./words";

function Drawing({ of }: { of: Predictions }) {
  const last = of.predictions.at(-1);
  if (last === undefined) return null;
  const fan = fanOf(of.baseFee, of.predictions);
  const summary = t("gas.fan", { ahead: ahead(last.horizon), first: gweiText(of.baseFee), last: gweiText(last.point) });
  return (
    <figure className="mb-4">
      <figcaption className="mb-1 text-sm text-muted">{summary}</figcaption>
      <svg role="img" aria-label={summary} viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`} preserveAspectRatio="none" className="h-40 w-full">
        <polygon className="fill-accent/15" points={fan.outer} />
        <polygon className="fill-accent/25" points={fan.inner} />
        <polyline className="fill-none stroke-accent" strokeWidth="2" vectorEffect="non-scaling-stroke" points={fan.line} />
      </svg>
    </figure>
  );
}

const Band = ({ of }: { of: readonly string[] }) => (
  <>
    <Gwei wei={of[0] ?? null} /> – <Gwei wei={of[1] ?? null} />
  </>
);

export function Forecast({ chain }: { chain: string }) {
  const found = usePredictions(chain);
  if (chain === "") return null;
  const none = found.data === undefined && found.error?.status === 422;
  return (
    <Panel title={t("gas.next")}>
      {none ? (
        <Empty>{t("gas.noPredictions")}</Empty>
      ) : (
        <Answer of={found}>
          {(of) => (
            <>
              {of.stale && <p className="mb-3 rounded-lg border border-warn bg-warn-soft p-3">{t("gas.stale")}</p>}
              <Drawing of={of} />
              {of.predictions.at(-1) !== undefined && (
                <p className="mb-3">{t("gas.best", { at: localTime(of.predictions.at(-1)?.optimalTime ?? "") })}</p>
              )}
              <Table
                caption={t("gas.next")}
                rows={of.predictions}
                id={(row) => String(row.horizon)}
                empty={t("gas.noPredictions")}
                columns={[
                  { title: t("gas.horizon"), cell: (row) => ahead(row.horizon) },
                  { title: t("gas.due"), cell: (row) => <At at={row.at} /> },
                  { title: t("gas.point"), number: true, cell: (row) => <Gwei wei={row.point} /> },
                  { title: t("gas.p80"), cell: (row) => <Band of={row.p80} /> },
                  { title: t("gas.p95"), cell: (row) => <Band of={row.p95} /> },
                  { title: t("gas.confidence"), number: true, cell: (row) => share(row.confidence) },
                  { title: t("gas.model"), cell: (row) => <code className="text-sm">{row.model}</code> },
                ]}
              />
            </>
          )}
        </Answer>
      )}
    </Panel>
  );
}
