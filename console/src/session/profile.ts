/** What the API says of whoever is signed in: tier, roles, wallets. */

import { api } from "@/api/client";
import { useAnswer } from "@/api/queries";

import { useSession } from "./store";

export type Tier = "free" | "starter" | "pro" | "enterprise";
export const TIERS: readonly Tier[] = ["free", "starter", "pro", "enterprise"];

export const holds = (tier: string, wanted: Tier): boolean => TIERS.indexOf(tier as Tier) >= TIERS.indexOf(wanted);

export function useWho() {
  const signedIn = useSession().status === "in";
  return useAnswer(["session"], () => api.get("/v1/auth/session"), { enabled: signedIn });
}
