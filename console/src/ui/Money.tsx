/** Amounts on the page: rounded for the eye, exact for whoever looks closer or copies. */

import { isDecimal, sign, type Decimal } from "@/money/decimal";
import { amount, ratio, usd, UNKNOWN } from "@/money/format";
import { t } from "@/texts";

type Value = Decimal | null | undefined;

const exact = (value: Value, shown: string, tone = "") =>
  isDecimal(value) ? (
    <data value={value} title={value} className={`whitespace-nowrap ${tone}`}>
      {shown}
    </data>
  ) : (
    <span aria-label={t("amount.unknown")}>{UNKNOWN}</span>
  );

const TONES: Readonly<Record<number, string>> = { [-1]: "text-bad", 0: "", 1: "text-good" };

export const Usd = ({ value, toned = false }: { value: Value; toned?: boolean }) =>
  exact(value, usd(value), toned && isDecimal(value) ? (TONES[sign(value)] ?? "") : "");

export const Amount = ({ value, unit = "" }: { value: Value; unit?: string }) => exact(value, amount(value, unit));

export const Ratio = ({ value, toned = false, signed = false }: { value: Value; toned?: boolean; signed?: boolean }) =>
  exact(value, ratio(value, { signed }), toned && isDecimal(value) ? (TONES[sign(value)] ?? "") : "");
