/** Which fields a rule's kind knows, and how each may be compared: the API's own catalogue. */

import type { Schema } from "@/api/client";

export type Catalogue = Schema["CatalogueView"];
export type Kind = Schema["NewRule"]["type"];
export type Operator = Schema["ConditionBody"]["operator"];
type Known = Schema["CatalogueFieldView"];

export interface Condition {
  field: string;
  operator: Operator;
  value: string;
}

/** What a new rule of a kind usually begins with. */
const FIRST: Readonly<Record<Kind, readonly Omit<Condition, "value">[]>> = {
  price: [{ field: "asset", operator: "eq" }, { field: "price_usd", operator: "gt" }],
  whale: [{ field: "asset", operator: "eq" }, { field: "amount", operator: "gte" }],
  gas: [{ field: "chain", operator: "eq" }, { field: "gas_gwei", operator: "lt" }],
  protocol_risk: [{ field: "protocol", operator: "eq" }, { field: "tvl_change_pct_24h", operator: "lt" }],
};

export const fieldsOf = (of: Catalogue, kind: Kind): readonly Known[] => of.types.find((one) => one.type === kind)?.fields ?? [];

const known = (of: Catalogue, kind: Kind, field: string): Known | undefined => fieldsOf(of, kind).find((one) => one.name === field);
export const operatorsOf = (of: Catalogue, kind: Kind, field: string): readonly Operator[] => known(of, kind, field)?.operators ?? ["eq"];
/** The words of a field that has its own. */
export const wordsOf = (of: Catalogue, kind: Kind, field: string): readonly string[] => known(of, kind, field)?.values ?? [];

/** A condition on a field, with the first comparison that fits it. */
export const conditionOn = (of: Catalogue, kind: Kind, field: string): Condition => ({
  field,
  operator: operatorsOf(of, kind, field)[0] ?? "eq",
  value: wordsOf(of, kind, field)[0] ?? "",
});

/** What a new rule begins with, of fields that the catalogue has. */
export function startingOf(of: Catalogue, kind: Kind): Condition[] {
  const usual = FIRST[kind].filter((one) => operatorsOf(of, kind, one.field).includes(one.operator));
  const first = fieldsOf(of, kind)[0]?.name ?? "";
  return usual.length > 0 ? usual.map((one) => ({ ...one, value: "" })) : [conditionOn(of, kind, first)];
}
