/** Gains of disposals, each out of the lots that it was made of. */

import { isDecimal, sum } from "@/money/decimal";

import type { Gain } from "./reading";

export interface Disposal {
  key: string;
  lots: readonly Gain[];
  amount: string | null;
  proceeds: string | null;
  costBasis: string | null;
  gain: string | null;
}

type Figure = "amount" | "proceeds" | "costBasis" | "gain";

/** The exact sum of a figure of the lots; null where one of them is not known. */
function total(lots: readonly Gain[], figure: Figure): string | null {
  const values = lots.map((lot) => lot[figure]);
  return values.every(isDecimal) ? sum(values) : null;
}

/** Lots of one disposal stand beside each other, as the API lists them. */
export function disposals(rows: readonly Gain[]): Disposal[] {
  const groups: Gain[][] = [];
  const keyOf = (row: Gain): string => `${row.transactions.join(" ")} ${row.asset} ${row.wallet}`;
  for (const row of rows) {
    const last = groups.at(-1);
    if (last?.[0] !== undefined && keyOf(last[0]) === keyOf(row)) last.push(row);
    else groups.push([row]);
  }
  return groups.map((lots, place) => ({
    key: String(place),
    lots,
    amount: total(lots, "amount"),
    proceeds: total(lots, "proceeds"),
    costBasis: total(lots, "costBasis"),
    gain: total(lots, "gain"),
  }));
}
