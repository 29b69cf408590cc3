/** Texts by their key, in the user's language; `pseudo` shows in tests what is in no catalogue. */

import { en, type Texts } from "./en";

export type TextKey = keyof Texts;

const ACCENTS: Readonly<Record<string, string>> = { a: "á", e: "é", i: "í", o: "ó", u: "ú", A: "Á", E: "É", I: "Í", O: "Ó", U: "Ú" };

const pseudo = (text: string): string =>
  `⟦${text.replace(/\{[^}]*\}|[aeiouAEIOU]/g, (found) => ACCENTS[found] ?? found)}⟧`;

const isPseudo = (): boolean => new URLSearchParams(window.location.search).get("lang") === "pseudo";
const chosen = isPseudo();

/** The text of a key, with `{name}` replaced by what is given. */
export function t(key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  const text = chosen ? pseudo(en[key]) : en[key];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}
