/** Tells our own API how quick a page was: a sample of loads, without a word of whose they are. */

import { onCLS, onFCP, onINP, onLCP, onTTFB, type Metric } from "web-vitals";

import type { Schema } from "@/api/client";
import { onSession, sessionState } from "@/session/store";

type Vitals = Schema["VitalsBody"];
type Page = Vitals["page"];
const PAGES: readonly Page[] = ["portfolio", "alerts", "tax", "gas", "security", "usage", "account", "admin"];
const MOST = 600_000;

/** The page that a load showed first; whoever is not signed in saw the way in. */
export function pageOf(path: string, isIn: boolean): Page {
  if (!isIn) return "signin";
  const name = path.split("/")[2];
  return PAGES.find((one) => one === name) ?? "other";
}

/** A metric as the API takes it: of times a tenth of a millisecond, of shifts four digits. */
export function vitalOf({ name, value }: Pick<Metric, "name" | "value">): Vitals["vitals"][number] {
  const digits = name === "CLS" ? 4 : 1;
  return { name, value: Number(Math.min(Math.max(value, 0), MOST).toFixed(digits)) };
}

function send(vitals: Vitals): void {
  // Without the cookie and the token: nobody is to be known by it. It outlives the page, and may fail unheard.
  void fetch("/v1/console/vitals", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(vitals),
    credentials: "omit",
    keepalive: true,
  }).catch(() => undefined);
}

const settled = (): boolean => sessionState().status !== "restoring";

/** Measure this load, and tell once what was seen when the page is left. */
export function measure(): void {
  const found = new Map<Metric["name"], Metric>();
  const path = window.location.pathname;
  let page: Page | undefined;
  const decide = (): void => {
    if (page === undefined && settled()) page = pageOf(path, sessionState().status === "in");
  };
  decide();
  const forget = onSession(decide);
  const keep = (metric: Metric): void => void found.set(metric.name, metric);
  for (const observe of [onLCP, onFCP, onTTFB, onINP, onCLS]) observe(keep);
  const tell = (): void => {
    if (document.visibilityState !== "hidden" || page === undefined || found.size === 0) return;
    document.removeEventListener("visibilitychange", tell);
    forget();
    send({ page, vitals: [...found.values()].map(vitalOf) });
  };
  // After those of the library, which decide the last values at the same moment.
  document.addEventListener("visibilitychange", tell);
}
