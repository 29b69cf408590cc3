/** What the administration asks the API; each needs a role and a second factor. */

import { api, idempotencyKey, type Schema } from "@/api/client";
import { useAnswer, useList } from "@/api/queries";

export type Person = Schema["PersonView"];
export type Role = Schema["RolesChange"]["grant"][number];
export type WebhookEvent = Schema["WebhookEventView"];
export type Entry = Schema["AuditEntryView"];
export const ROLES: readonly Role[] = ["admin", "support", "compliance", "finance"];
export const TIERS = ["free", "starter", "pro", "enterprise"] as const;
export const STATUSES = ["active", "restricted"] as const;
export const PROVIDERS = ["stripe", "paddle"] as const;
export const STATES = ["received", "applied", "ignored", "waiting", "failed"] as const;

const once = () => ({ "Idempotency-Key": idempotencyKey() });

export interface OfPeople {
  query?: string | undefined;
  tier?: (typeof TIERS)[number] | undefined;
  status?: (typeof STATUSES)[number] | undefined;
}
export interface OfEvents {
  provider?: (typeof PROVIDERS)[number] | undefined;
  state?: (typeof STATES)[number] | undefined;
  type?: string | undefined;
}
export interface OfTrail {
  userId?: string | undefined;
  day?: string | undefined;
  action?: string | undefined;
}

/** A query without what is not given. */
const given = <Q extends object>(query: Q): { [K in keyof Q]: Exclude<Q[K], undefined> } =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined && value !== "")) as never;

export const usePeople = (of: OfPeople) =>
  useList(["admin", "users", of], (cursor) => api.get("/v1/admin/users", { params: { query: given({ ...of, cursor }) } }));
export const usePerson = (userId: string) =>
  useAnswer(["admin", "users", "one", userId], () => api.get("/v1/admin/users/{userId}", { params: { path: { userId } } }));
export const useWebhooks = (of: OfEvents) =>
  useList(["admin", "webhooks", of], (cursor) => api.get("/v1/admin/webhooks", { params: { query: given({ ...of, cursor }) } }));
export const useTrail = (of: OfTrail) =>
  useList(["admin", "trail", of], (cursor) => api.get("/v1/compliance/audit-log", { params: { query: given({ ...of, cursor }) } }));

const at = (userId: string) => ({ path: { userId }, header: once() });

export const restrict = (userId: string, reason: string) => api.post("/v1/admin/users/{userId}/restrict", { params: at(userId), body: { reason } });
export const unrestrict = (userId: string, reason: string) =>
  api.post("/v1/admin/users/{userId}/unrestrict", { params: at(userId), body: { reason } });
export const logOut = (userId: string, reason: string) => api.post("/v1/admin/users/{userId}/logout", { params: at(userId), body: { reason } });
export const changeRoles = (userId: string, body: Schema["RolesChange"]) => api.post("/v1/admin/users/{userId}/roles", { params: at(userId), body });
export const giveTier = (userId: string, body: Schema["NewGrant"]) => api.post("/v1/admin/users/{userId}/grants", { params: at(userId), body });
export const replay = (eventId: string) =>
  api.post("/v1/admin/webhooks/{eventId}/replay", { params: { path: { eventId }, header: once() } });
export const aggregate = (date: string | null) => api.post("/admin/trigger-aggregation", { params: { header: once() }, body: { date } });
export const monitor = () => api.post("/admin/trigger-monitoring", { params: { header: once() } });
export const showCode = (code: string) => api.post("/v1/auth/totp/verify", { params: { header: once() }, body: { code } });
