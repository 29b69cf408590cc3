/** What the security page asks the API. */

import { api, idempotencyKey, type Schema } from "@/api/client";
import { useAnswer, useList } from "@/api/queries";

export type Scan = Schema["ScanView"];
export type Finding = Schema["FindingView"];
export type Job = Schema["JobView"];

const JOB_EVERY_MS = 3_000;

export const useScans = () =>
  useList(["security", "scans"], (cursor) => api.get("/v1/security/scans", { params: { query: cursor === undefined ? {} : { cursor } } }));
export const useChains = () => useAnswer(["chains"], () => api.get("/v1/chains"));
export const useJob = (id: string | null) =>
  useAnswer(["jobs", id], () => api.get("/v1/jobs/{jobId}", { params: { path: { jobId: id ?? "" } } }), {
    enabled: id !== null,
    every: JOB_EVERY_MS,
  });

export const scan = (body: Schema["ContractToScan"]) =>
  api.post("/v1/security/scan/contract", { params: { header: { "Idempotency-Key": idempotencyKey() } }, body });
