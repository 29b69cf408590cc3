/** The sections of the navigation: what tier or role each needs. */

import type { Tier } from "@/session/profile";
import type { TextKey } from "@/texts";

export interface Section {
  path: "/portfolio" | "/usage";
  text: TextKey;
  tier: Tier;
  /** Only who has one of these sees it. */
  roles?: readonly string[];
}

/** A page stands when its service does. */
export const SECTIONS: readonly Section[] = [
  { path: "/portfolio", text: "nav.portfolio", tier: "starter" },
  { path: "/usage", text: "nav.usage", tier: "free" },
];
