/** The total with its age, its bounds, and what it does not know; and the refresh of it. */

import { useMutation } from "@tanstack/react-query";

import type { ApiError } from "@/api/errors";
import { compare } from "@/money/decimal";
import { usd } from "@/money/format";
import { safeName } from "@/money/hostile";
import { t, type TextKey } from "@/texts";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Usd } from "@/ui/Money";
import { Name } from "@/ui/Name";
import { Answer, Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";
import { Ago } from "@/ui/Time";

import { Explain } from "./Explain";
import { usePortfolio, type Portfolio } from "./reading";
import { askRefresh, useRefreshing } from "./refreshing";

const MOST_NAMED = 4;
const PARTS: readonly [TextKey, (of: Portfolio) => string][] = [
  ["portfolio.assets", (of) => of.assetsUsd],
  ["portfolio.debts", (of) => of.debtsUsd],
  ["portfolio.locked", (of) => of.lockedUsd],
  ["portfolio.claimable", (of) => of.claimableUsd],
  ["portfolio.uncertain", (of) => of.uncertainValueUsd],
];

/** The chains that were not read now, as `base (stale)`. */
function missing(of: Portfolio): string {
  const parts = of.coverage.filter((row) => row.status !== "fresh" && row.status !== "dormant");
  const named = [...new Set(parts.map((row) => `${row.chain ?? "?"} (${row.status})`))];
  return named.slice(0, MOST_NAMED).join(", ") + (named.length > MOST_NAMED ? ` +${String(named.length - MOST_NAMED)}` : "");
}

function Bounds({ of }: { of: Portfolio }) {
  const { low, high } = of.bounds;
  if (low !== null && high !== null && compare(low, high) === 0) return null;
  return (
    <p className="text-muted">
      {t("portfolio.bounds", { low: low === null ? "?" : usd(low), high: high === null ? "?" : usd(high) })}
    </p>
  );
}

function Findings({ of }: { of: Portfolio }) {
  if (of.findings.length === 0) return null;
  return (
    <section aria-label={t("portfolio.findings")} className="mt-4 rounded-lg bg-warn-soft p-3">
      <ul className="list-disc pl-5">
        {of.findings.map((finding, place) => (
          <li key={`${finding.code}-${String(place)}`}>
            <Name of={finding.text} />
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Total() {
  const portfolio = usePortfolio();
  const again = useMutation<unknown, ApiError>({ mutationFn: askRefresh });
  const { busy, failed } = useRefreshing();
  const button = (
    <Button kind="primary" busy={busy || again.isPending} onClick={() => again.mutate()}>
      {t(busy || again.isPending ? "portfolio.refreshing" : "portfolio.refresh")}
    </Button>
  );
  const none = portfolio.error?.status === 404 && portfolio.data === undefined;
  return (
    <Panel title={t("portfolio.total")} actions={button} room="min-h-64">
      {again.error !== null && <Refusal error={again.error} />}
      {failed !== null && (
        <p role="alert" className="mb-3 rounded-lg bg-bad-soft p-3 text-bad">
          {t("portfolio.refreshFailed", { why: safeName(failed) })}
        </p>
      )}
      {none ? (
        <p className="text-muted">{t(busy ? "portfolio.first" : "portfolio.none")}</p>
      ) : (
        <Answer of={portfolio}>
          {(of) => (
            <>
              <p aria-live="polite" className="text-4xl font-semibold tracking-tight">
                <Usd value={of.totalValueUsd} />
              </p>
              <p className="my-2 flex flex-wrap items-center gap-2">
                {of.complete ? (
                  <Badge tone="good">{t("portfolio.complete")}</Badge>
                ) : (
                  <Badge tone="warn">{t("portfolio.incomplete", { parts: missing(of) })}</Badge>
                )}
                <span className="text-muted">
                  {t("portfolio.asOf", { ago: "" })}
                  <Ago at={of.asOf} />
                </span>
                <Explain figure={{ figure: "total" }} of={t("portfolio.total")} />
              </p>
              <Bounds of={of} />
              <dl className="mt-4 grid grid-cols-2 gap-3 sm:grid-cols-5">
                {PARTS.map(([text, value]) => (
                  <div key={text}>
                    <dt className="text-sm text-muted">{t(text)}</dt>
                    <dd className="font-medium">
                      <Usd value={value(of)} />
                    </dd>
                  </div>
                ))}
              </dl>
              <Findings of={of} />
            </>
          )}
        </Answer>
      )}
    </Panel>
  );
}
