/** Wei in the units people speak of, exactly; and shares, which are no amounts. */

import Big from "big.js";

import { isDecimal, type Decimal } from "./decimal";
import { amount, UNKNOWN } from "./format";

const scaled = (wei: Decimal | null | undefined, by: string): Decimal | null => (isDecimal(wei) ? new Big(wei).times(by).toFixed() : null);

/** A price of a unit of gas in gwei. */
export const gwei = (wei: Decimal | null | undefined): Decimal | null => scaled(wei, "1e-9");
/** A fee in the chain's own coin. */
export const coin = (wei: Decimal | null | undefined): Decimal | null => scaled(wei, "1e-18");
export const gweiText = (wei: Decimal | null | undefined): string => amount(gwei(wei), "gwei");

/** A measured share, the API's own number: `95.7%`. */
export const share = (value: number | null | undefined): string => (value == null ? UNKNOWN : `${(value * 100).toFixed(1)}%`);
/** What is a percentage already, the API's own number: `8.4%`. */
export const percentOf = (value: number | null | undefined): string => (value == null ? UNKNOWN : `${value.toFixed(1)}%`);
