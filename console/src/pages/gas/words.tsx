/** How the page writes prices of gas and lengths of time. */

import { gwei } from "@/money/wei";
import { t } from "@/texts";
import { Amount } from "@/ui/Money";

/** A price of a unit in gwei; the exact one is what is copied. */
export const Gwei = ({ wei }: { wei: string | null }) => <Amount value={gwei(wei)} unit="gwei" />;

export const blocks = (count: number): string => (count === 1 ? t("gas.block.one") : t("gas.block.many", { count }));

/** How far ahead: `3` are blocks, `6h` hours. */
export function ahead(horizon: string | number): string {
  const text = String(horizon);
  if (!text.endsWith("h")) return blocks(Number(text));
  const hours = text.slice(0, -1);
  return hours === "1" ? t("gas.hour.one") : t("gas.hour.many", { count: hours });
}

/** A length of time that was measured: seconds below two minutes, else minutes, else hours. */
export function lengthOf(seconds: number): string {
  if (seconds < 120) return t("gas.seconds", { count: Math.round(seconds) });
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? t("gas.minutes", { count: minutes }) : t("gas.hour.many", { count: Math.round(minutes / 60) });
}
