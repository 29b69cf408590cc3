/** What the page about gas asks the API. */

import { api, type Schema } from "@/api/client";
import { useAnswer } from "@/api/queries";

export type Estimate = Schema["EstimateView"];
export type Speed = Schema["SpeedView"];
export type Cost = Schema["CostView"];
export type Predictions = Schema["PredictionsView"];
export type Prediction = Schema["PredictionView"];

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
export const price = (chain: string, wanted: Wanted) => api.get("/v1/gas/estimate", { params: { query: { chain, ...wanted } } });

/** Without `format` it is the estimate; the other shape is for clients of block prices. */
export const isEstimate = (of: Estimate | Schema["BlockPricesView"]): of is Estimate => "speeds" in of;
