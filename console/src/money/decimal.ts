/** Exact decimals: what the API says as a string is added, compared and rounded as a string. */

import Big from "big.js";

/** A decimal number as the API writes it: `178468.50584258`. */
export type Decimal = string;

const FORM = /^-?\d{1,120}(\.\d{1,120})?([eE][+-]?\d{1,3})?$/;

/** Whether a text is a decimal number. */
export const isDecimal = (text: unknown): text is Decimal => typeof text === "string" && FORM.test(text);

export const sum = (values: readonly Decimal[]): Decimal =>
  values.reduce((total, value) => total.plus(value), new Big(0)).toFixed();

/** -1, 0 or 1. */
export const compare = (one: Decimal, other: Decimal): number => new Big(one).cmp(other);

export const sign = (value: Decimal): number => compare(value, "0");

export const negated = (value: Decimal): Decimal => new Big(value).times(-1).toFixed();

/** To `places` decimals, half to even as the API rounds. */
export const rounded = (value: Decimal, places: number): Decimal => new Big(value).toFixed(places, Big.roundHalfEven);

/** A fraction as a percentage: `0.0512` is `5.12`. */
export const percent = (value: Decimal, places = 2): Decimal => rounded(new Big(value).times(100).toFixed(), places);

/** The number nearest to it, to draw with and for nothing else. */
export const toDraw = (value: Decimal): number => Number(value);
