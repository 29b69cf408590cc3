/** The sections of the navigation: what tier or role each needs. */

import type { Tier } from "@/session/profile";
import type { TextKey } from "@/texts";

export interface Section {
  path: "/portfolio" | "/alerts" | "/tax" | "/gas" | "/security" | "/usage" | "/account" | "/admin";
  text: TextKey;
  tier: Tier;
  /** Only who has one of these sees it. */
  roles?: readonly string[];
}

/** A page stands when its service does. */
export const SECTIONS: readonly Section[] = [
  { path: "/portfolio", text: "nav.portfolio", tier: "starter" },
  { path: "/alerts", text: "nav.alerts", tier: "starter" },
  { path: "/tax", text: "nav.tax", tier: "pro" },
  { path: "/gas", text: "nav.gas", tier: "pro" },
  { path: "/security", text: "nav.security", tier: "pro" },
  { path: "/usage", text: "nav.usage", tier: "free" },
  { path: "/account", text: "nav.account", tier: "free" },
  { path: "/admin", text: "nav.admin", tier: "free", roles: ["admin", "support", "compliance", "finance"] },
];
