/** Tables with a caption, whose rows become cards where the page is narrow. */

import type { ReactNode } from "react";

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

export function Table<R>({ caption, columns, rows, id, empty, more, loadingMore = false }: Props<R>) {
  if (rows.length === 0) return <p className="py-2 text-muted">{empty}</p>;
  return (
    <>
      <table className="w-full border-collapse text-left max-md:block">
        <caption className="sr-only">{caption}</caption>
        <thead className="max-md:sr-only">
          <tr className="border-b border-line text-sm text-muted">
            {columns.map((column) => (
              <th key={column.title} scope="col" className={`px-2 py-1.5 font-medium ${column.number === true ? "text-right" : ""}`}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="max-md:block">
          {rows.map((row) => (
            <tr key={id(row)} className="border-b border-line last:border-0 max-md:block max-md:py-2">
              {columns.map((column) => (
                <td
                  key={column.title}
                  className={`px-2 py-2 align-top max-md:flex max-md:justify-between max-md:gap-4 max-md:py-1 ${column.number === true ? "md:text-right" : ""}`}
                >
                  <span aria-hidden="true" className="text-sm text-muted md:hidden">
                    {column.title}
                  </span>
                  <span className="min-w-0 max-md:text-right">{column.cell(row)}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {more !== undefined && (
        <Button className="mt-3" busy={loadingMore} onClick={() => void more()}>
          {t("state.more")}
        </Button>
      )}
    </>
  );
}
