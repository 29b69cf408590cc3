/** Tables with a caption, whose rows become cards where the page is narrow. */

import { lazy, Suspense, useCallback, useState, type ReactNode } from "react";

import { count } from "@/money/format";
import { t } from "@/texts";

import { Button } from "./Button";
import { TextField } from "./Field";
import { DrawnRow, lookOf, type Column } from "./rows";

export type { Column } from "./rows";

interface Props<R> {
  caption: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
  id: (row: R) => string;
  empty: ReactNode;
  /** There are more: called for the next page. */
  more?: (() => unknown) | undefined;
  loadingMore?: boolean;
  /** A row's words, by which one is found in a long list: the browser finds only what is drawn. */
  find?: (row: R) => string;
}

/** Longer tables draw what is in sight alone. */
const LONG = 60;
/** Rows that are drawn until it is known what scrolls around them. */
const FIRST = 20;

const load = () => import("./LongRows");
const LongRows = lazy(() => load().then((made) => ({ default: made.LongRows }))) as unknown as Awaited<ReturnType<typeof load>>["LongRows"];

function Plain<R>({ columns, rows, id, className }: Pick<Props<R>, "columns" | "rows" | "id"> & { className: string }) {
  return (
    <tbody className={className}>
      {rows.map((row, place) => (
        <DrawnRow key={id(row)} columns={columns} row={row} place={place} />
      ))}
    </tbody>
  );
}

/** What scrolls around a table, once it is drawn; undefined before. */
function useBox() {
  const [box, setBox] = useState<HTMLElement | null | undefined>(undefined);
  const place = useCallback((element: HTMLDivElement | null) => {
    if (element !== null) void load().then(({ scrollerOf }) => setBox(scrollerOf(element)));
  }, []);
  return [box, place] as const;
}

function Long<R>(props: Pick<Props<R>, "columns" | "rows" | "id"> & { className: string; box: HTMLElement | null | undefined }) {
  const first = <Plain {...props} rows={props.rows.slice(0, FIRST)} />;
  const { box } = props;
  if (box === undefined) return first;
  return (
    <Suspense fallback={first}>
      <LongRows {...props} box={box} />
    </Suspense>
  );
}

export function Table<R>({ caption, columns, rows: all, id, empty, more, loadingMore = false, find }: Props<R>) {
  const [wanted, setWanted] = useState("");
  const [box, place] = useBox();
  const look = lookOf(columns);
  if (all.length === 0) return <p className="py-2 text-muted">{empty}</p>;
  const isLong = all.length > LONG;
  const word = wanted.trim().toLowerCase();
  const rows = find === undefined || !isLong || word === "" ? all : all.filter((row) => find(row).toLowerCase().includes(word));
  return (
    <div className="@container" ref={isLong ? place : undefined}>
      {isLong && find !== undefined && (
        <div className="mb-3 max-w-sm">
          <TextField
            type="search"
            label={t("table.find")}
            hint={<span role="status">{t("table.found", { found: count(rows.length), all: count(all.length) })}</span>}
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
          />
        </div>
      )}
      <table className={`w-full border-collapse text-left ${isLong ? "table-fixed" : ""} ${look.table}`} aria-rowcount={rows.length + 1}>
        <caption className="sr-only">{caption}</caption>
        <thead className={look.head}>
          <tr aria-rowindex={1} className="border-b border-line text-sm text-muted">
            {columns.map((column) => (
              <th key={column.title} scope="col" className={`px-2 py-1.5 font-medium ${column.number === true ? "text-right" : ""}`}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        {isLong ? <Long columns={columns} rows={rows} id={id} className={look.table} box={box} /> : <Plain columns={columns} rows={rows} id={id} className={look.table} />}
      </table>
      {more !== undefined && (
        <Button className="mt-3" busy={loadingMore} onClick={() => void more()}>
          {t("state.more")}
        </Button>
      )}
    </div>
  );
}
