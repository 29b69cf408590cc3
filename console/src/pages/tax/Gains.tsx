/** The gains of a report, each to be opened to its lots. */

import { useState } from "react";

import { sign } from "@/money/decimal";
import { safeName } from "@/money/hostile";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Amount } from "@/ui/Money";
import { Name } from "@/ui/Name";
import { Answer } from "@/ui/Panel";
import { Table } from "@/ui/Table";
import { At } from "@/ui/Time";

import { disposals, type Disposal } from "./gains";
import { useGains, type Gain, type Report } from "./reading";

/** A moment, or a day where the report counts by days. */
const When = ({ at }: { at: string | null }) => (at === null ? <>–</> : at.length === 10 ? <time dateTime={at}>{at}</time> : <At at={at} />);

function Lots({ of }: { of: readonly Gain[] }) {
  return (
    <Table
      caption={t("gains.lots", { count: of.length })}
      rows={of.map((lot, place) => ({ ...lot, place }))}
      id={(row) => String(row.place)}
      empty={t("gains.none")}
      columns={[
        { title: t("gains.lot"), cell: (row) => <Name of={row.lot ?? t("gains.pool")} /> },
        { title: t("gains.acquired"), cell: (row) => <When at={row.acquired} /> },
        { title: t("gains.amount"), number: true, cell: (row) => <Amount value={row.amount} /> },
        { title: t("gains.proceeds"), number: true, cell: (row) => <Amount value={row.proceeds} /> },
        { title: t("gains.cost"), number: true, cell: (row) => <Amount value={row.costBasis} /> },
        {
          title: t("gains.gain"),
          number: true,
          cell: (row) => (
            <>
              <Amount value={row.gain} />
              {sign(row.deniedLoss) !== 0 && (
                <span className="block text-sm text-muted">
                  {t("gains.denied")} <Amount value={row.deniedLoss} />
                </span>
              )}
            </>
          ),
        },
        { title: t("gains.term"), cell: (row) => row.term },
        { title: t("gains.rule"), cell: (row) => row.rule },
      ]}
    />
  );
}

function One({ of }: { of: Disposal }) {
  const first = of.lots[0];
  if (first === undefined) return null;
  return (
    <li className="border-b border-line py-2">
      <details className="group">
        <summary className="flex cursor-pointer list-none flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
          <span>
            <span aria-hidden="true" className="mr-2 inline-block group-open:rotate-90">
              ▸
            </span>
            <Amount value={of.amount} /> <Name of={first.asset} /> · {first.kind} · <When at={first.sold} />
          </span>
          <span>
            {t("gains.gain")} <Amount value={of.gain} /> · {t("gains.lots", { count: of.lots.length })}
          </span>
        </summary>
        <Lots of={of.lots} />
      </details>
    </li>
  );
}

function List({ report }: { report: Report }) {
  const gains = useGains(report.id);
  return (
    <Answer of={gains}>
      {() =>
        gains.rows.length === 0 ? (
          <p className="text-muted">{t("gains.none")}</p>
        ) : (
          <>
            <ol aria-label={t("gains.title")}>
              {disposals(gains.rows).map((one) => (
                <One key={one.key} of={one} />
              ))}
            </ol>
            {gains.hasNextPage && (
              <>
                <p className="mt-2 text-sm text-muted">{t("gains.more")}</p>
                <Button className="mt-2" busy={gains.isFetchingNextPage} onClick={() => void gains.fetchNextPage()}>
                  {t("state.more")}
                </Button>
              </>
            )}
          </>
        )
      }
    </Answer>
  );
}

export function Gains({ report }: { report: Report }) {
  const [open, setOpen] = useState(false);
  const title = t("gains.of", { year: safeName(report.taxYear ?? String(report.year ?? "–")), country: report.jurisdiction ?? "–" });
  return (
    <>
      <Button aria-haspopup="dialog" className="whitespace-nowrap" onClick={() => setOpen(true)}>
        {t("gains.open")}
      </Button>
      {open && (
        <Dialog wide title={title} open close={() => setOpen(false)}>
          <List report={report} />
        </Dialog>
      )}
    </>
  );
}
