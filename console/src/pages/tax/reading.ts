/** What the tax page asks the API. */

import { api, idempotencyKey, type Schema } from "@/api/client";
import { useList } from "@/api/queries";

export type Brought = Schema["ImportView"];
export type Import = Schema["TaxImportView"];
export type Report = Schema["ReportView"];
export type Gain = Schema["GainView"];
export type NewReport = Schema["NewReport"];
export type UploadOptions = Schema["ImportUpload"];
export type Remark = Schema["RemarkView"];

const page = (cursor: string | undefined) => ({ params: { query: cursor === undefined ? {} : { cursor } } });
const once = () => ({ header: { "Idempotency-Key": idempotencyKey() } });

export const useImports = () => useList(["tax", "imports"], (cursor) => api.get("/v1/tax/imports", page(cursor)));
export const useReports = () => useList(["tax", "reports"], (cursor) => api.get("/v1/tax/reports", page(cursor)));

export const useGains = (reportId: string) =>
  useList(["tax", "gains", reportId], (cursor) =>
    api.get("/v1/tax/reports/{reportId}/gains", { params: { path: { reportId }, query: cursor === undefined ? {} : { cursor } } }),
  );

export const bring = (body: Schema["Import"]) => api.post("/v1/tax/transactions/import", { params: once(), body });
export const addUpload = (body: UploadOptions) => api.post("/v1/tax/transactions/uploads", { params: once(), body });
export const importUpload = (uploadId: string, body: UploadOptions | null) =>
  api.post("/v1/tax/transactions/uploads/{uploadId}/import", { params: { ...once(), path: { uploadId } }, ...(body === null ? {} : { body }) });
export const undo = (importId: string) => api.delete("/v1/tax/imports/{importId}", { params: { path: { importId } } });
export const report = (body: NewReport) => api.post("/v1/tax/reports", { params: once(), body });
