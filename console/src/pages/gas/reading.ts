/** What the page about gas asks the API. */

import { api, type Schema } from "@/api/client";
import { useAnswer } from "@/api/queries";

export type Estimate = Schema["EstimateView"];
export type Speed = Schema["SpeedView"];
export type Cost = Schema["CostView"];
export type Predictions = Schema["PredictionsView"];
export type Prediction = Schema["PredictionView"];

export type Best = Schema["OptimizationView"];

export const OPERATIONS = ["native_transfer", "erc20_transfer", "erc20_approve", "swap_v2", "swap_v3", "lp_mint", "bridge_deposit"] as const;
export type Operation = (typeof OPERATIONS)[number];
export const WITHIN = ["5m", "1h", "6h", "24h"] as const;
export type Within = (typeof WITHIN)[number];
const MINUTES: Readonly<Record<Within, number>> = { "5m": 5, "1h": 60, "6h": 360, "24h": 1_440 };
/** Of a deadline of a day: the API's clock may be a little behind this one. */
const SHORT_MS = 30_000;

/** About a block of the slow chains: what is asked oftener is the same. */
const EVERY_MS = 12_000;

/** What is priced: nothing more for every named operation. */
export interface Wanted {
  gasLimit?: number;
  to?: string;
  data?: string;
  from?: string;
  value?: string;
}

export const useChains = () => useAnswer(["gas", "chains"], () => api.get("/v1/chains"), { forGood: true });
export const useEstimate = (chain: string) =>
  useAnswer(["gas", "estimate", chain], () => api.get("/v1/gas/estimate", { params: { query: { chain } } }), { enabled: chain !== "", every: EVERY_MS });
export const usePredictions = (chain: string) =>
  useAnswer(["gas", "predictions", chain], () => api.get("/v1/gas/predictions", { params: { query: { chain } } }), {
    enabled: chain !== "",
    every: EVERY_MS,
  });
export const useBest = (chain: string, operation: Operation, within: Within) =>
  useAnswer(
    ["gas", "optimization", chain, operation, within],
    () => {
      const deadline = new Date(Date.now() + MINUTES[within] * 60_000 - SHORT_MS).toISOString();
      return api.get("/v1/gas/optimization", { params: { query: { chain, operation, deadline } } });
    },
    { enabled: chain !== "", every: EVERY_MS, keep: true },
  );
export const price = (chain: string, wanted: Wanted) => api.get("/v1/gas/estimate", { params: { query: { chain, ...wanted } } });

/** Without `format` it is the estimate; the other shape is for clients of block prices. */
export const isEstimate = (of: Estimate | Schema["BlockPricesView"]): of is Estimate => "speeds" in of;
