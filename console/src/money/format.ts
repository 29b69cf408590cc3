/** How amounts are written: grouped, with their unit, never rounded to a zero that is none. */

import { compare, isDecimal, percent, rounded, sign, type Decimal } from "./decimal";

/** What is not known. */
export const UNKNOWN = "–";
const MINUS = "−";
const THIN = "\u2009";

function grouped(value: Decimal): string {
  const negative = value.startsWith("-");
  const [whole = "0", fraction] = (negative ? value.slice(1) : value).split(".");
  const groups = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return (negative ? MINUS : "") + groups + (fraction === undefined ? "" : `.${fraction}`);
}

/** Digits after the point with which a small amount still says something: three that are not 0. */
function telling(value: Decimal): number {
  const fraction = value.replace("-", "").split(".")[1] ?? "";
  const first = fraction.search(/[1-9]/);
  return first < 0 ? 2 : Math.min(18, first + 3);
}

const small = (value: Decimal): boolean => compare(value.replace("-", ""), "1") < 0 && sign(value) !== 0;

/** US dollars: `$178,468.51`, `$0.000123`; an unknown amount is a dash. */
export function usd(value: Decimal | null | undefined): string {
  if (!isDecimal(value)) return UNKNOWN;
  const digits = rounded(value, small(value) ? Math.max(2, telling(value)) : 2);
  // No digit that says nothing, but for cents.
  const text = grouped(digits.replace(/(\.\d{2}\d*?)0+$/, "$1"));
  return text.startsWith(MINUS) ? `${MINUS}$${text.slice(1)}` : `$${text}`;
}

/** An amount of a token, with up to six telling digits behind the point. */
export function amount(value: Decimal | null | undefined, unit = ""): string {
  if (!isDecimal(value)) return UNKNOWN;
  const places = small(value) ? telling(value) : Math.min(6, (value.split(".")[1] ?? "").length);
  const text = grouped(rounded(value, places));
  const bare = text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
  return unit === "" ? bare : `${bare}${THIN}${unit}`;
}

/** A fraction as a percentage with its sign: `+5.12%`. */
export function ratio(value: Decimal | null | undefined, options: { signed?: boolean } = {}): string {
  if (!isDecimal(value)) return UNKNOWN;
  const text = percent(value);
  const plus = options.signed === true && sign(text) > 0 ? "+" : "";
  return `${plus}${grouped(text)}%`;
}

/** A count. */
export const count = (value: number | null | undefined): string => (value == null ? UNKNOWN : grouped(String(value)));
