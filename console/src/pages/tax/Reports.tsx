/** The reports: their progress, their gain, their files. */

import { isDecimal, percent } from "@/money/decimal";
import { amount } from "@/money/format";
import { t } from "@/texts";
import { Badge, type Tone } from "@/ui/Badge";
import { Answer, Panel } from "@/ui/Panel";
import { Table } from "@/ui/Table";
import { At } from "@/ui/Time";

import { Gains } from "./Gains";
import { useReports, type Report } from "./reading";

const TONES: Readonly<Record<string, Tone>> = { done: "good", failed: "bad", running: "plain", queued: "plain" };
const isLink = (url: string): boolean => /^https?:\/\//.test(url);

/** The year's gain, where the report has one. */
function gain(of: Report): string {
  const totals: unknown = of.totals?.["totals"];
  const total = typeof totals === "object" && totals !== null ? (totals as { total?: unknown }).total : null;
  return isDecimal(total) ? amount(total) : "–";
}

function State({ of }: { of: Report }) {
  return (
    <span className="flex flex-wrap items-center gap-2">
      <Badge tone={TONES[of.status] ?? "plain"}>{of.status}</Badge>
      {of.status === "running" && isDecimal(of.progress) && (
        <span className="text-sm">{t("tax.progress", { percent: `${percent(of.progress, 0)}%` })}</span>
      )}
      {of.error !== null && <span className="text-sm text-bad">{of.error}</span>}
    </span>
  );
}

function Files({ of }: { of: Report }) {
  return (
    <ul className="flex max-w-72 flex-wrap gap-x-3">
      {Object.entries(of.links)
        .filter(([, url]) => isLink(url))
        .map(([form, url]) => (
          <li key={form}>
            <a className="underline" href={url} download rel="noopener noreferrer">
              {form.replaceAll("_", " ")}
            </a>
          </li>
        ))}
    </ul>
  );
}

export function Reports() {
  const reports = useReports();
  return (
    <Panel title={t("tax.reports")}>
      <Answer of={reports}>
        {() => (
          <Table
            caption={t("tax.reports")}
            rows={reports.rows}
            id={(row) => row.id}
            empty={t("tax.noReports")}
            more={reports.hasNextPage ? reports.fetchNextPage : undefined}
            loadingMore={reports.isFetchingNextPage}
            columns={[
              { title: t("tax.time"), cell: (row) => (row.generatedAt === null ? "–" : <At at={row.generatedAt} />) },
              { title: t("tax.year"), cell: (row) => row.taxYear ?? row.year ?? "–" },
              { title: t("tax.country"), cell: (row) => row.jurisdiction ?? "–" },
              { title: t("tax.method"), cell: (row) => row.method ?? "–" },
              { title: t("tax.status"), cell: (row) => <State of={row} /> },
              { title: t("tax.gain"), number: true, cell: (row) => gain(row) },
              { title: t("gains.title"), cell: (row) => (row.status === "done" ? <Gains report={row} /> : "–") },
              { title: t("tax.files"), cell: (row) => <Files of={row} /> },
            ]}
          />
        )}
      </Answer>
    </Panel>
  );
}
