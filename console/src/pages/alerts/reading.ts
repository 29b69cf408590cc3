/** What the alerts' page asks the API. */

import { api, idempotencyKey, type Schema } from "@/api/client";
import { useAnswer, useList } from "@/api/queries";

export type Rule = Schema["RuleView"];
export type NewRule = Schema["NewRule"];
export type Change = Schema["RuleChange"];
export type Alert = Schema["AlertView"];
export type Trial = Schema["TrialView"];
export type Destinations = Schema["DestinationsBody"];

const page = (cursor: string | undefined) => (cursor === undefined ? {} : { cursor });
const of = (ruleId: string) => ({ path: { ruleId } });

export const useRules = () => useList(["alerts", "rules"], (cursor) => api.get("/v1/alerts/rules", { params: { query: page(cursor) } }));
export const useFired = () => useList(["alerts", "history"], (cursor) => api.get("/v1/alerts/history", { params: { query: page(cursor) } }));
export const useDestinations = () => useAnswer(["alerts", "destinations"], () => api.get("/v1/alerts/destinations"));

export const useCatalogue = () => useAnswer(["catalogue"], () => api.get("/v1/alerts/catalogue"), { forGood: true });

export const addRule = (body: NewRule) =>
  api.post("/v1/alerts/rules", { params: { header: { "Idempotency-Key": idempotencyKey() } }, body });
export const changeRule = (id: string, body: Change) => api.put("/v1/alerts/rules/{ruleId}", { params: of(id), body });
export const switchRule = (rule: Rule) =>
  api.put("/v1/alerts/rules/{ruleId}", { params: of(rule.id), body: { enabled: !rule.enabled, version: rule.version, newSigningSecret: false } });
export const removeRule = (id: string) => api.delete("/v1/alerts/rules/{ruleId}", { params: of(id) });
export const tryRule = (id: string) => api.post("/v1/alerts/rules/{ruleId}/test", { params: of(id), body: { deliver: false } });
export const keepDestinations = (body: Destinations) => api.put("/v1/alerts/destinations", { body });
