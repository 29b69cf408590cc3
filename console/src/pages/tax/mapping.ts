/** A mapping of a file that nobody knows, as `map` of the API takes it (docs/tax-exports.md). */

import type { Schema } from "@/api/client";

export type Map = NonNullable<Schema["Import"]["map"]>;

/** Where an amount stands and what it is of: a column, or one asset in every line. */
export interface AmountOf {
  amount: string;
  asset: string;
  /** Instead of a column: the asset of every line. */
  always: string;
}

export interface Choices {
  time: string;
  zone: string;
  format: string;
  /** The column that says what a line is; empty: every line is `same`. */
  kind: string;
  same: string;
  /** By its word, what a line means. */
  kinds: Readonly<Record<string, string>>;
  /** Whether one column has the amount with its sign, or two have what went out and what came in. */
  signed: boolean;
  change: AmountOf;
  sent: AmountOf;
  received: AmountOf;
  fee: AmountOf;
  id: string;
}

/** What a line may mean; the words are the API's. */
export const MEANINGS = [
  "deposit", "withdrawal", "move", "trade", "purchase", "spend", "income staking", "income mining", "income airdrop",
  "income interest", "income reward", "income referral", "income rebate", "interest", "cost", "gift", "donation", "lost", "stolen", "loan",
  "repayment", "left not of tax",
] as const;

const none: AmountOf = { amount: "", asset: "", always: "" };
export const NOTHING: Choices = {
  time: "", zone: "utc", format: "", kind: "", same: "", kinds: {}, signed: true, change: none, sent: none, received: none, fee: none, id: "",
};

const NAMES: readonly [keyof Choices & ("time" | "kind" | "id"), RegExp][] = [
  ["time", /time|date|when|datum|zeit/i],
  ["kind", /type|kind|what|operation|side|typ\b/i],
  ["id", /^(tx|trade|order|transaction)?[ _-]?id$|reference/i],
];

/** What the names of the columns suggest; everything may be chosen otherwise. */
export function suggested(header: readonly string[]): Choices {
  const found = { ...NOTHING };
  for (const [choice, like] of NAMES) found[choice] = header.find((name) => like.test(name)) ?? "";
  const amount = header.find((name) => /amount|change|quantity|menge|betrag/i.test(name)) ?? "";
  const asset = header.find((name) => /coin|asset|currency|symbol|token/i.test(name)) ?? "";
  return { ...found, change: { amount, asset, always: "" } };
}

/** `Amount : Coin`, or `Amount : =BTC` where every line is of one asset; null where nothing was chosen. */
function written(of: AmountOf): string | null {
  if (of.amount === "") return null;
  const asset = of.always.trim() === "" ? of.asset : `=${of.always.trim()}`;
  return asset === "" || asset === "=" ? of.amount : `${of.amount} : ${asset}`;
}

const slug = (name: string): string => name.toLowerCase().replace(/\.[a-z0-9]+$/, "").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 32) || "file";

/** The mapping that the choices make. */
export function mapOf(of: Choices, header: readonly string[], fileName: string): Map {
  const amounts = of.signed ? { change: written(of.change) } : { sent: written(of.sent), received: written(of.received) };
  const said = Object.fromEntries(Object.entries({ ...amounts, fee: written(of.fee) }).filter(([, text]) => text !== null)) as Record<string, string>;
  const byMeaning: Record<string, string[]> = {};
  for (const [word, meaning] of Object.entries(of.kinds)) if (meaning !== "") (byMeaning[meaning] ??= []).push(word);
  const zone = of.zone === "" || of.zone === "utc" ? {} : { zone: of.zone };
  return {
    name: slug(fileName),
    wallet: fileName.replace(/\.[a-z0-9]+$/i, "").slice(0, 64) || "file",
    time: of.time,
    ...zone,
    ...(of.format.trim() === "" ? {} : { formats: [of.format.trim()] }),
    ...(of.kind === "" ? { is: of.same } : { kind: of.kind, kinds: byMeaning }),
    ...said,
    ...(of.id === "" ? {} : { id: of.id }),
    // Names that hold the signs by which amounts are written are taken whole.
    columns: header.filter((name) => /[:*+\-/~=]/.test(name)),
  };
}
