/** Tables with a caption, whose rows become cards where the page is narrow. */

import { memo, useEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from "react";

import { t } from "@/texts";

import { Button } from "./Button";

export interface Column<R> {
  title: string;
  cell: (row: R) => ReactNode;
  /** Numbers stand to the right. */
  number?: boolean;
}

interface Props<R> {
  caption: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
  id: (row: R) => string;
  empty: ReactNode;
  /** There are more: called for the next page. */
  more?: (() => unknown) | undefined;
  loadingMore?: boolean;
}

/** Rows that are drawn at a time: more come when the end of the drawn ones is near, so that no list stops the page. */
const STEP = 20;
const NEAR = "1200px";

/** Rows become cards where they have no room: a few columns need less of it than many. */
const FEW = 4;
const LOOKS = {
  few: {
    table: "@max-md:block", head: "@max-md:sr-only", row: "@max-md:block @max-md:py-2", number: "@md:text-right",
    cell: "@max-md:flex @max-md:justify-between @max-md:gap-4 @max-md:py-1", title: "@md:hidden", value: "@max-md:text-right",
  },
  many: {
    table: "@max-4xl:block", head: "@max-4xl:sr-only", row: "@max-4xl:block @max-4xl:py-2", number: "@4xl:text-right",
    cell: "@max-4xl:flex @max-4xl:justify-between @max-4xl:gap-4 @max-4xl:py-1", title: "@4xl:hidden", value: "@max-4xl:text-right",
  },
} as const;
const lookOf = (columns: readonly unknown[]) => LOOKS[columns.length <= FEW ? "few" : "many"];

interface PartProps<R> {
  columns: readonly Column<R>[];
  rows: readonly R[];
  id: (row: R) => string;
}

function Part<R>({ columns, rows, id }: PartProps<R>) {
  const look = lookOf(columns);
  return rows.map((row) => (
    <tr key={id(row)} className={`border-b border-line last:border-0 ${look.row}`}>
      {columns.map((column) => (
        <td
          key={column.title}
          className={`px-2 py-2 align-top ${look.cell} ${column.number === true ? look.number : ""}`}
        >
          <span aria-hidden="true" className={`text-sm text-muted ${look.title}`}>
            {column.title}
          </span>
          <span className={`min-w-0 ${look.value}`}>{column.cell(row)}</span>
        </td>
      ))}
    </tr>
  ));
}
/** What is drawn already is not drawn again when more come. */
const DrawnPart = memo(Part) as unknown as typeof Part;

/** How many rows are drawn, and what stands behind them to tell that more are wanted. */
function useDrawn(count: number): [number, RefObject<HTMLDivElement | null>] {
  const [drawn, setDrawn] = useState(STEP);
  const end = useRef<HTMLDivElement>(null);
  const isWhole = drawn >= count;
  useEffect(() => {
    if (isWhole || end.current === null) return;
    const watch = new IntersectionObserver(([seen]) => seen?.isIntersecting === true && setDrawn((now) => now + STEP), { rootMargin: NEAR });
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [isWhole, drawn]);
  return [drawn, end];
}

export function Table<R>({ caption, columns, rows, id, empty, more, loadingMore = false }: Props<R>) {
  const [drawn, end] = useDrawn(rows.length);
  const parts = useMemo(() => Array.from({ length: Math.ceil(rows.length / STEP) }, (_, n) => rows.slice(n * STEP, (n + 1) * STEP)), [rows]);
  const look = lookOf(columns);
  if (rows.length === 0) return <p className="py-2 text-muted">{empty}</p>;
  return (
    <div className="@container">
      <table className={`w-full border-collapse text-left ${look.table}`} aria-rowcount={rows.length + 1}>
        <caption className="sr-only">{caption}</caption>
        <thead className={look.head}>
          <tr className="border-b border-line text-sm text-muted">
            {columns.map((column) => (
              <th key={column.title} scope="col" className={`px-2 py-1.5 font-medium ${column.number === true ? "text-right" : ""}`}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className={look.table}>
          {parts.slice(0, drawn / STEP).map((part, n) => (
            <DrawnPart key={n} columns={columns} rows={part} id={id} />
          ))}
        </tbody>
      </table>
      <div ref={end} aria-hidden="true" />
      {more !== undefined && drawn >= rows.length && (
        <Button className="mt-3" busy={loadingMore} onClick={() => void more()}>
          {t("state.more")}
        </Button>
      )}
    </div>
  );
}
