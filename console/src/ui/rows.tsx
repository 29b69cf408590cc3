/** Rows of a table: cards where they have no room. */

import { memo, type ReactNode } from "react";

export interface Column<R> {
  title: string;
  cell: (row: R) => ReactNode;
  /** Numbers stand to the right. */
  number?: boolean;
}

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
export const lookOf = (columns: readonly unknown[]) => LOOKS[columns.length <= FEW ? "few" : "many"];

interface RowProps<R> {
  columns: readonly Column<R>[];
  row: R;
  /** Its place among all rows, from 0 on. */
  place: number;
  /** Called with the element of a row whose height is to be measured. */
  measure?: (element: HTMLTableRowElement | null) => void;
}

function Row<R>({ columns, row, place, measure }: RowProps<R>) {
  const look = lookOf(columns);
  return (
    <tr ref={measure} data-index={place} aria-rowindex={place + 2} className={`border-b border-line last:border-0 ${look.row}`}>
      {columns.map((column) => (
        <td key={column.title} className={`px-2 py-2 align-top ${look.cell} ${column.number === true ? look.number : ""}`}>
          <span aria-hidden="true" className={`text-sm text-muted ${look.title}`}>
            {column.title}
          </span>
          <span className={`min-w-0 ${look.value}`}>{column.cell(row)}</span>
        </td>
      ))}
    </tr>
  );
}
/** What is drawn already is not drawn again when more come. */
export const DrawnRow = memo(Row) as unknown as typeof Row;
