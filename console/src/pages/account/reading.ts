/** What the account's page asks the API. */

import { api, idempotencyKey, type Schema } from "@/api/client";
import { useAnswer, useList } from "@/api/queries";

export type Key = Schema["ApiKeyView"];
export type Session = Schema["SessionView"];
export type Wallet = Schema["OwnWalletView"];
export type AuditEntry = Schema["AuditEntryView"];
export type Purpose = Schema["ConsentChange"]["purpose"];

const once = () => ({ header: { "Idempotency-Key": idempotencyKey() } });

export const useProfile = () => useAnswer(["account", "profile"], () => api.get("/v1/users/profile"));
export const useSessions = () => useAnswer(["account", "sessions"], () => api.get("/v1/auth/sessions"));
export const useOwnWallets = () => useAnswer(["account", "wallets"], () => api.get("/v1/users/wallets"));
export const useKeys = () =>
  useList(["account", "keys"], (cursor) => api.get("/v1/users/api-keys", { params: { query: cursor === undefined ? {} : { cursor } } }));
export const useAudit = (action: string) =>
  useList(["account", "audit", action], (cursor) =>
    api.get("/v1/compliance/audit-log", { params: { query: { ...(action === "" ? {} : { action }), ...(cursor === undefined ? {} : { cursor }) } } }),
  );
export const useGoogle = () => useAnswer(["account", "google"], () => api.get("/v1/users/google"));
export const useConsents = () => useAnswer(["account", "consents"], () => api.get("/v1/users/consents"));

export const changeProfile = (body: Schema["ProfileChange"]) => api.put("/v1/users/profile", { body });
export const endSession = (sessionId: string) => api.delete("/v1/auth/sessions/{sessionId}", { params: { path: { sessionId } } });
export const removeWallet = (walletId: string) => api.delete("/v1/users/wallets/{walletId}", { params: { path: { walletId } } });
export const addKey = (body: Schema["NewApiKey"]) => api.post("/v1/users/api-keys", { params: once(), body });
export const revokeKey = (keyId: string) => api.delete("/v1/users/api-keys/{keyId}", { params: { path: { keyId } } });
export const consent = (purpose: Purpose, granted: boolean) =>
  api.put("/v1/users/consents", { body: { consents: [{ purpose, version: "1", granted }] } });
export const beginFactor = () => api.post("/v1/auth/totp", { params: once() });
export const confirmFactor = (code: string) => api.post("/v1/auth/totp/confirm", { params: once(), body: { code } });
export const showCode = (code: string) => api.post("/v1/auth/totp/verify", { params: once(), body: { code } });
export const removeFactor = () => api.delete("/v1/auth/totp");
export const joinGoogle = () => api.post("/v1/users/google", { params: once() });
export const partFromGoogle = () => api.delete("/v1/users/google");
export const exportAll = () => api.post("/v1/users/export", { params: once() });
export const exportLink = (jobId: string) => api.get("/v1/users/exports/{jobId}", { params: { path: { jobId } } });
export const erase = () => api.delete("/v1/users/me", { body: { confirm: true, atOnce: false } });
export const restoreAccount = () => api.post("/v1/users/me/restore", { params: once() });
