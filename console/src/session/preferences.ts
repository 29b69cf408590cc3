/** How a user wants the console, on every device: theme and density are kept by the API, and shown at once here. */

import { useEffect, useRef } from "react";

import { api } from "@/api/client";
import { useAnswer } from "@/api/queries";
import { isDensity, setDensity, type Density } from "@/ui/density";
import { setTheme, type Theme } from "@/ui/theme";

import { useSession } from "./store";

export function usePreferences() {
  const signedIn = useSession().status === "in";
  return useAnswer(["account", "preferences"], () => api.get("/v1/users/preferences"), { enabled: signedIn });
}

/** Once after signing in: what was chosen on another device holds here, too. What nobody ever chose changes nothing. */
export function useKeptPreferences(): void {
  const { data } = usePreferences();
  const applied = useRef(false);
  useEffect(() => {
    if (data === undefined || applied.current) return;
    applied.current = true;
    if (data.updatedAt === null) return;
    setTheme(data.theme);
    const density = data.tradingPreferences["density"];
    if (isDensity(density)) setDensity(density);
  }, [data]);
}

/** Show it at once, and keep it; where it cannot be kept it holds in this browser. */
export async function keepTheme(theme: Theme): Promise<void> {
  setTheme(theme);
  await api.put("/v1/users/preferences", { body: { theme } });
}

/** The other settings stand beside it: they are read anew, since another browser may have changed them. */
export async function keepDensity(density: Density): Promise<void> {
  setDensity(density);
  const { data } = await api.get("/v1/users/preferences");
  await api.put("/v1/users/preferences", { body: { tradingPreferences: { ...data.tradingPreferences, density } } });
}
