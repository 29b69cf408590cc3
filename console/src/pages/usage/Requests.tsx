/** The month's requests by key, with what is to be expected of them. */

import { count } from "@/money/format";
import { t } from "@/texts";
import { Name } from "@/ui/Name";
import { Answer, Panel } from "@/ui/Panel";
import { Table } from "@/ui/Table";

import { useMonth, type Used } from "./reading";

function Expected({ of }: { of: Used }) {
  if (of.projection === null) return <span aria-label={t("amount.unknown")}>–</span>;
  return (
    <span className="flex flex-col @md:items-end">
      <span>{count(of.projection.requests)}</span>
      <span className="text-sm text-muted">
        {count(of.projection.low)} – {count(of.projection.high)}
      </span>
      {of.projection.exceededOn !== null && <span className="text-sm text-bad">{t("usage.exceededOn", { date: of.projection.exceededOn })}</span>}
    </span>
  );
}

export function Requests() {
  const month = useMonth();
  return (
    <Panel title={t("usage.requests")}>
      <Answer of={month}>
        {(of) => (
          <Table
            caption={t("usage.requests")}
            rows={of.keys}
            id={(row) => row.key?.id ?? "none"}
            empty={t("usage.none")}
            columns={[
              { title: t("usage.key"), cell: (row) => (row.key === null ? t("usage.noKey") : <Name of={row.key.name} />) },
              { title: t("usage.used"), number: true, cell: (row) => count(row.requests) },
              { title: t("usage.allowed"), number: true, cell: (row) => count(row.quota) },
              { title: t("usage.percent"), number: true, cell: (row) => `${row.percent}%` },
              { title: t("usage.average"), number: true, cell: (row) => row.dailyAverage },
              { title: t("usage.projection"), number: true, cell: (row) => <Expected of={row} /> },
            ]}
          />
        )}
      </Answer>
    </Panel>
  );
}
