/** How close things stand: comfortable, or high for whoever wants more of them in sight; kept for this browser. */

import { useSyncExternalStore } from "react";

export type Density = "comfortable" | "high";
export const DENSITIES: readonly Density[] = ["comfortable", "high"];

const KEY = "premium.density";
const listeners = new Set<() => void>();

export const isDensity = (value: unknown): value is Density => DENSITIES.includes(value as Density);

function kept(): Density {
  try {
    const value = localStorage.getItem(KEY);
    return isDensity(value) ? value : "comfortable";
  } catch {
    return "comfortable";
  }
}

let density: Density = kept();

/** Once, before the first paint. */
export function beginDensity(): void {
  document.documentElement.dataset["density"] = density;
}

export function setDensity(next: Density): void {
  density = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // It holds until the page is left.
  }
  beginDensity();
  for (const listener of listeners) listener();
}

export const useDensity = (): Density =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => density,
  );
