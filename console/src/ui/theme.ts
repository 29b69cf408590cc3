/** Light, dark, or as the system says; kept for this browser. */

import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark" | "system";

const KEY = "premium.theme";
export const THEMES: readonly Theme[] = ["system", "light", "dark"];
const dark = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

const isTheme = (value: unknown): value is Theme => THEMES.includes(value as Theme);

function kept(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return isTheme(value) ? value : "system";
  } catch {
    return "system";
  }
}

let theme: Theme = kept();

const paint = (): void => {
  const shown = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
  document.documentElement.dataset["theme"] = shown;
};

/** Once, before the first paint. */
export function beginTheme(): void {
  paint();
  dark.addEventListener("change", paint);
}

export function setTheme(next: Theme): void {
  theme = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // It holds until the page is left.
  }
  paint();
  for (const listener of listeners) listener();
}

export const useTheme = (): Theme =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => theme,
  );
