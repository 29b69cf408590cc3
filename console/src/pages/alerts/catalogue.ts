/** Which fields a rule's kind knows, and how each may be compared. */

import type { Schema } from "@/api/client";

export type Kind = Schema["NewRule"]["type"];
export type Operator = Schema["ConditionBody"]["operator"];

export const KINDS: readonly Kind[] = ["price", "whale", "gas", "protocol_risk"];
const NUMBERS: readonly Operator[] = ["gt", "gte", "lt", "lte", "eq"];
const TEXTS: readonly Operator[] = ["eq"];

interface Fields {
  numbers: readonly string[];
  texts: readonly string[];
}

const FIELDS: Readonly<Record<Kind, Fields>> = {
  whale: { numbers: ["amount", "amount_usd", "amount_base_units", "block_number"], texts: ["asset", "chain", "from", "to", "tx_hash"] },
  price: { numbers: ["price_usd", "change_pct_1h", "change_pct_24h"], texts: ["asset", "chain"] },
  gas: { numbers: ["gas_gwei", "base_fee_gwei", "block_number"], texts: ["chain"] },
  protocol_risk: { numbers: ["tvl_usd", "tvl_change_pct_24h", "price_usd", "severity"], texts: ["protocol", "chain", "risk_kind", "asset"] },
};

/** What a new rule of a kind usually begins with. */
export const FIRST: Readonly<Record<Kind, readonly { field: string; operator: Operator }[]>> = {
  price: [{ field: "asset", operator: "eq" }, { field: "price_usd", operator: "gt" }],
  whale: [{ field: "asset", operator: "eq" }, { field: "amount", operator: "gte" }],
  gas: [{ field: "chain", operator: "eq" }, { field: "gas_gwei", operator: "lt" }],
  protocol_risk: [{ field: "protocol", operator: "eq" }, { field: "tvl_change_pct_24h", operator: "lt" }],
};

export const fieldsOf = (kind: Kind): readonly string[] => [...FIELDS[kind].texts, ...FIELDS[kind].numbers];

export const operatorsOf = (kind: Kind, field: string): readonly Operator[] => (FIELDS[kind].numbers.includes(field) ? NUMBERS : TEXTS);
