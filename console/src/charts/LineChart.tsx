/** Values over time: a name, a summary in words, the drawing, and the figures as a table. */

import { useEffect, useMemo, useRef, useState } from "react";

import { toDraw, type Decimal } from "@/money/decimal";
import { usd } from "@/money/format";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { Usd } from "@/ui/Money";
import { Table } from "@/ui/Table";
import { At } from "@/ui/Time";

import type { Drawn } from "./drawing";

export interface Row {
  at: string;
  value: Decimal;
  low: Decimal;
  high: Decimal;
}

export function LineChart({ name, rows }: { name: string; rows: readonly Row[] }) {
  const [asTable, setAsTable] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const first = rows[0];
  const last = rows.at(-1);
  const summary = first && last ? `${name}: ${usd(first.value)} – ${usd(last.value)}` : name;
  const points = useMemo(
    () => rows.map((row) => ({ at: Date.parse(row.at), value: toDraw(row.value), low: toDraw(row.low), high: toDraw(row.high) })),
    [rows],
  );
  const newest = useRef(points);
  const drawing = useRef<Drawn | null>(null);
  useEffect(() => {
    newest.current = points;
    drawing.current?.redraw(points);
  }, [points]);
  useEffect(() => {
    const element = place.current;
    if (element === null || asTable) return;
    let gone = false;
    let end = (): void => undefined;
    void import("./drawing").then(({ drawLine }) => {
      if (gone) return;
      const drawn = drawLine(element, newest.current, (value) => usd(value.toFixed(2)));
      drawing.current = drawn;
      const watch = new ResizeObserver(() => drawn.resize());
      watch.observe(element);
      end = () => {
        watch.disconnect();
        drawing.current = null;
        drawn.dispose();
      };
    });
    return () => {
      gone = true;
      end();
    };
  }, [asTable]);
  return (
    <figure>
      <figcaption className="mb-1 text-sm text-muted">{summary}</figcaption>
      {asTable ? (
        <div className="max-h-80 overflow-auto" tabIndex={0} role="region" aria-label={name}>
          <Table
            caption={name}
            rows={rows}
            id={(row) => row.at}
            empty={t("portfolio.noHistory")}
            columns={[
              { title: t("chart.at"), cell: (row) => <At at={row.at} /> },
              { title: t("chart.value"), number: true, cell: (row) => <Usd value={row.value} /> },
            ]}
          />
        </div>
      ) : (
        <div ref={place} role="img" aria-label={summary} className="h-64 w-full min-w-0 overflow-hidden" />
      )}
      <Button kind="quiet" className="mt-2 text-sm" onClick={() => setAsTable(!asTable)} aria-pressed={asTable}>
        {asTable ? t("chart.hideTable") : t("chart.table")}
      </Button>
    </figure>
  );
}
