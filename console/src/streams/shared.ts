/** One stream for all tabs of a browser: one of them holds it and tells the others. */

import { useEffect, useSyncExternalStore } from "react";

import { readAnew } from "@/api/queries";
import { onSession, sessionState } from "@/session/store";

import { keepOpen, type StreamMessage, type StreamState } from "./socket";

type News = { kind: "message"; message: StreamMessage } | { kind: "state"; state: StreamState } | { kind: "again" } | { kind: "who" };
type Hears = (message: StreamMessage) => void;

const LOCK = "premium.stream";
const tabs = new BroadcastChannel("premium.stream");
const hearers = new Set<Hears>();
const watchers = new Set<() => void>();
let state: StreamState = "off";

function become(next: StreamState): void {
  if (next === state) return;
  state = next;
  for (const watcher of watchers) watcher();
}

/** What a message makes old. */
const MAKES_OLD: Readonly<Record<string, readonly string[]>> = {
  alert: ["alerts"],
  portfolio: ["portfolio"],
  job: ["jobs", "tax", "portfolio", "security"],
  notice: ["notices"],
};

function heard(message: StreamMessage): void {
  for (const key of MAKES_OLD[message.type] ?? []) void readAnew([key]);
  for (const hearer of hearers) hearer(message);
}

/** What was told while nobody listened is in the lists: all of them are asked anew. */
const missed = (): void => void readAnew([]);

function take(news: News): void {
  if (news.kind === "message") heard(news.message);
  else if (news.kind === "state") become(news.state);
  else if (news.kind === "again") missed();
  else if (holding) tabs.postMessage({ kind: "state", state } satisfies News);
}

let holding = false;

async function hold(signal: AbortSignal): Promise<void> {
  const tell = (news: News): void => {
    take(news);
    tabs.postMessage(news);
  };
  await navigator.locks.request(LOCK, { signal }, async () => {
    holding = true;
    await keepOpen(
      {
        message: (message) => tell({ kind: "message", message }),
        state: (next) => tell({ kind: "state", state: next }),
        again: () => tell({ kind: "again" }),
      },
      signal,
    );
    holding = false;
  });
}

/** Keep the stream open while somebody is signed in. Once, at the start. */
export function beginStream(): void {
  let open: AbortController | null = null;
  tabs.onmessage = ({ data }: MessageEvent<News>) => {
    take(data);
  };
  tabs.postMessage({ kind: "who" } satisfies News);
  onSession(() => {
    const signedIn = sessionState().status === "in";
    if (signedIn && open === null) {
      open = new AbortController();
      hold(open.signal).catch(() => undefined);
    } else if (!signedIn && open !== null) {
      open.abort();
      open = null;
      become("off");
    }
  });
}

const watch = (watcher: () => void): (() => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

export const useStreamState = (): StreamState => useSyncExternalStore(watch, () => state);

/** Call `hears` with each message while the component is shown; give it a stable function. */
export function useStream(hears: Hears): void {
  useEffect(() => {
    hearers.add(hears);
    return () => void hearers.delete(hears);
  }, [hears]);
}
