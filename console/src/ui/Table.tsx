/** Tables with a caption, whose rows become cards where the page is narrow. */

import { useCallback, useState, type ReactNode } from "react";

import { count } from "@/money/format";
import { t } from "@/texts";

import { Button } from "./Button";
import { TextField } from "./Field";
import { FocusMemory } from "./focus";
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

type Loaded = typeof import("./LongRows");
interface Ready {
  Rows: Loaded["LongRows"];
  /** What scrolls around the table, null for the window. */
  box: HTMLElement | null;
  /** Of the first rows, in pixels. */
  heights: readonly number[];
}

const heightsIn = (element: HTMLElement): number[] => [...element.querySelectorAll("tbody tr")].map((row) => row.getBoundingClientRect().height);

/** How rows in sight are drawn, once that is loaded and the table is there; null before. */
function useReady() {
  const [ready, setReady] = useState<Ready | null>(null);
  const place = useCallback((element: HTMLDivElement | null) => {
    if (element === null) return;
    void import("./LongRows").then(({ LongRows, scrollerOf }) => setReady({ Rows: LongRows, box: scrollerOf(element), heights: heightsIn(element) }));
  }, []);
  return [ready, place] as const;
}

type RowsProps<R> = Pick<Props<R>, "columns" | "rows" | "id"> & { className: string; isLong: boolean; ready: Ready | null };

/** One body of rows: all of them, or, of a long list, the first ones until those in sight take their place. */
function Rows<R>({ isLong, ready, ...props }: RowsProps<R>) {
  // A list that grows long while somebody is in it takes no row away from under him.
  const [first] = useState(isLong ? FIRST : LONG);
  const [focus] = useState(() => new FocusMemory());
  if (isLong && ready !== null) return <ready.Rows {...props} box={ready.box} heights={ready.heights} focus={focus} />;
  const rows = isLong ? props.rows.slice(0, first) : props.rows;
  return (
    <tbody className={props.className} {...focus.heard}>
      {rows.map((row, place) => (
        <DrawnRow key={props.id(row)} columns={props.columns} row={row} place={place} />
      ))}
    </tbody>
  );
}

export function Table<R>({ caption, columns, rows: all, id, empty, more, loadingMore = false, find }: Props<R>) {
  const [wanted, setWanted] = useState("");
  const [ready, place] = useReady();
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
        <Rows columns={columns} rows={rows} id={id} className={look.table} isLong={isLong} ready={ready} />
      </table>
      {more !== undefined && (
        <Button className="mt-3" busy={loadingMore} onClick={() => void more()}>
          {t("state.more")}
        </Button>
      )}
    </div>
  );
}
