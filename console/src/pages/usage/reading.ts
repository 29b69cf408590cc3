/** What "Usage and plan" asks the API. */

import { api, idempotencyKey, type Schema } from "@/api/client";
import { useAnswer } from "@/api/queries";

export type Subscription = Schema["SubscriptionView"];
export type Wanted = Schema["WantedPlan"];
export type Month = Schema["MonthlyUsageView"];
export type Used = Month["keys"][number];

export const useSubscription = () => useAnswer(["usage", "plan"], () => api.get("/v1/subscriptions"));
export const useMonth = () => useAnswer(["usage", "month"], () => api.get("/dashboard/usage/monthly"));
export const useInvoices = () => useAnswer(["usage", "invoices"], () => api.get("/v1/subscriptions/invoices"));

const once = () => ({ params: { header: { "Idempotency-Key": idempotencyKey() } } });

export const preview = (body: Wanted) => api.post("/v1/subscriptions/preview", { ...once(), body });
export const change = (body: Wanted) => api.put("/v1/subscriptions", { body: { ...body, when: null } });
export const cancel = () => api.delete("/v1/subscriptions", { params: { query: { when: "period_end" } } });
export const checkout = (body: Schema["NewCheckout"]) => api.post("/v1/subscriptions", { ...once(), body });
export const portal = () => api.post("/v1/subscriptions/portal", once());
