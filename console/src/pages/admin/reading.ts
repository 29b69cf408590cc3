/** What the administration asks the API; each needs a role and a second factor. */

import { api, idempotencyKey, type Schema } from "@/api/client";
import { useList } from "@/api/queries";

export type Person = Schema["PersonView"];
export type Action = "restrict" | "unrestrict" | "logout";

const once = () => ({ "Idempotency-Key": idempotencyKey() });

export const usePeople = (query: string) =>
  useList(["admin", "users", query], (cursor) =>
    api.get("/v1/admin/users", { params: { query: { ...(query === "" ? {} : { query }), ...(cursor === undefined ? {} : { cursor }) } } }),
  );
export const useWebhooks = () =>
  useList(["admin", "webhooks"], (cursor) => api.get("/v1/admin/webhooks", { params: { query: cursor === undefined ? {} : { cursor } } }));

const PATHS = {
  restrict: "/v1/admin/users/{userId}/restrict",
  unrestrict: "/v1/admin/users/{userId}/unrestrict",
  logout: "/v1/admin/users/{userId}/logout",
} as const;

export const act = (action: Action, userId: string, reason: string) =>
  api.post(PATHS[action], { params: { path: { userId }, header: once() }, body: { reason } });
export const replay = (eventId: string) =>
  api.post("/v1/admin/webhooks/{eventId}/replay", { params: { path: { eventId }, header: once() } });
