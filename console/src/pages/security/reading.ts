/** What the security page asks the API. */

import { api, idempotencyKey, type Schema } from "@/api/client";
import { useAnswer, useList } from "@/api/queries";

export type Scan = Schema["ScanView"];
export type Finding = Schema["FindingView"];
export type Job = Schema["JobView"];
export type Judgement = Schema["AnswerView"];
export type Approval = Schema["ApprovalView"];
export type Chain = Schema["ChainSummaryView"];

const JOB_EVERY_MS = 3_000;

export const useScans = () =>
  useList(["security", "scans"], (cursor) => api.get("/v1/security/scans", { params: { query: cursor === undefined ? {} : { cursor } } }));
export const useChains = () => useAnswer(["chains"], () => api.get("/v1/chains"));

/** What a wallet lets others take; asked again while a job reads it anew. */
export const useApprovals = (of: { wallet: string; chain: string } | null, reading: boolean) =>
  useAnswer(["security", "approvals", of], () => api.get("/v1/security/approvals", { params: { query: of ?? { wallet: "", chain: "" } } }), {
    enabled: of !== null,
    ...(reading ? { every: JOB_EVERY_MS } : {}),
  });

const once = () => ({ header: { "Idempotency-Key": idempotencyKey() } });

export const scanCode = (what: "contract" | "address", body: Schema["AddressToScan"]) =>
  what === "contract"
    ? api.post("/v1/security/scan/contract", { params: once(), body: { ...body, trade: false, anew: false } })
    : api.post("/v1/security/scan/address", { params: once(), body });

/** The body is sent to the letter: amounts keep every digit. */
export const judge = (what: "transaction" | "message", text: string) => {
  const sent = { params: once(), body: {} as never, bodySerializer: () => text };
  return what === "transaction" ? api.post("/v1/security/scan/transaction", sent) : api.post("/v1/security/scan/message", sent);
};
