/** The fields of a rule's form, and what they are as the API takes them. */

import type { Schema } from "@/api/client";

import { startingOf, type Catalogue, type Condition, type Kind } from "./catalogue";
import type { Change, NewRule, Rule } from "./reading";

type Channel = Schema["ActionBody"]["type"];
export const CHANNELS: readonly Channel[] = ["email", "webhook", "push", "telegram", "slack", "discord", "sms"];
/** Whoever the rule tells now is told further on. */
export const KEEP = "keep";

export interface Fields {
  name: string;
  type: Kind;
  conditions: Condition[];
  channel: Channel | "" | typeof KEEP;
  cooldownSeconds: string;
  fireIfTrue: boolean;
}

export const emptyOf = (of: Catalogue): Fields => {
  const type = of.types.find((one) => one.type === "price")?.type ?? of.types[0]?.type ?? "price";
  return { name: "", type, conditions: startingOf(of, type), channel: "email", cooldownSeconds: "300", fireIfTrue: false };
};

const written = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : JSON.stringify(value));

export const fieldsOfRule = (of: Rule): Fields => ({
  name: of.name,
  type: of.type,
  conditions: of.conditions.map((one) => ({ field: one.field, operator: one.operator as Condition["operator"], value: written(one.value) })),
  channel: KEEP,
  cooldownSeconds: String(of.cooldownSeconds),
  fireIfTrue: false,
});

const conditionsOf = (given: Fields) => given.conditions.map((one) => ({ ...one, value: one.value.trim() }));
const actionsOf = ({ channel }: Fields): NewRule["actions"] =>
  channel === "" || channel === KEEP ? [] : [{ type: channel, destination: null, template: null, important: false }];

export const bodyOf = (given: Fields): NewRule => ({
  name: given.name,
  type: given.type,
  conditions: conditionsOf(given),
  actions: actionsOf(given),
  enabled: true,
  cooldownSeconds: Number(given.cooldownSeconds),
  trigger: null,
  hysteresis: null,
  fireIfTrue: given.fireIfTrue,
});

/** What is changed of a rule; it is refused where somebody else changed it since it was read. */
export const changeOf = (given: Fields, of: Rule): Change => ({
  name: given.name,
  conditions: conditionsOf(given),
  ...(given.channel === KEEP ? {} : { actions: actionsOf(given) }),
  cooldownSeconds: Number(given.cooldownSeconds),
  version: of.version,
  newSigningSecret: false,
});
