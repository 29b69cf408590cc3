/** What the portfolio's page asks the API. */

import { api, idempotencyKey, type Schema } from "@/api/client";
import { useAnswer, useList } from "@/api/queries";

export type Portfolio = Schema["PortfolioView"];
export type Asset = Schema["AssetView"];
export type Position = Schema["PositionView"];
export type Wallet = Schema["WalletView"];
export type Flow = Schema["FlowView"];
export type Performance = Schema["PerformanceView"];
export type Explanation = Schema["ExplanationView"];
export type Line = Schema["LineView"];
export type Table = Schema["NewPortfolioExport"]["what"];
export type Form = Schema["NewPortfolioExport"]["format"];
/** A figure of the page, as the API is asked for its lines. */
export type Figure = { figure: "total" } | { figure: "asset" | "position" | "flow"; id: string };
export type Window = "24h" | "7d" | "30d" | "90d" | "1y" | "all";
export type Interval = "hour" | "day" | "week";

const page = (cursor: string | undefined) => (cursor === undefined ? {} : { cursor });

export const usePortfolio = () => useAnswer(["portfolio", "total"], () => api.get("/v1/portfolio"));
export const useAssets = () =>
  useList(["portfolio", "assets"], (cursor) => api.get("/v1/portfolio/assets", { params: { query: page(cursor) } }));
export const usePositions = () =>
  useList(["portfolio", "positions"], (cursor) => api.get("/v1/portfolio/positions", { params: { query: page(cursor) } }));
export const useWallets = () =>
  useList(["portfolio", "wallets"], (cursor) => api.get("/v1/portfolio/wallets", { params: { query: page(cursor) } }));
export const useFlows = () =>
  useList(["portfolio", "flows"], (cursor) => api.get("/v1/portfolio/flows", { params: { query: page(cursor) } }));
export const useHistory = (interval: Interval) =>
  useAnswer(["portfolio", "history", interval], () => api.get("/v1/portfolio/history", { params: { query: { interval } } }), { keep: true });
export const usePerformance = (window: Window) =>
  useAnswer(["portfolio", "performance", window], () => api.get("/v1/portfolio/performance", { params: { query: { window } } }), { keep: true });

export const useExplanation = (of: Figure) =>
  useAnswer(["portfolio", "explain", of.figure, "id" in of ? of.id : null], () => api.get("/v1/portfolio/explain", { params: { query: of } }));

export const startExport = (what: Table, format: Form) =>
  api.post("/v1/portfolio/exports", { params: { header: { "Idempotency-Key": idempotencyKey() } }, body: { what, format } });
export const exported = (exportId: string) => api.get("/v1/portfolio/exports/{exportId}", { params: { path: { exportId } } });
export const refresh = () => api.post("/v1/portfolio/refresh", { params: { header: { "Idempotency-Key": idempotencyKey() } } });
export const addWallet = (body: Schema["NewWallet"]) => api.post("/v1/portfolio/wallets", { body });
export const removeWallet = (id: string) => api.delete("/v1/portfolio/wallets/{walletId}", { params: { path: { walletId: id } } });
