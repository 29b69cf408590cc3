/** One WebSocket for all channels, opened again with patience when it closes. */

import { api } from "@/api/client";

export type StreamState = "off" | "opening" | "live" | "waiting";

export interface StreamMessage {
  type: string;
  data: Readonly<Record<string, unknown>>;
}

interface Hearing {
  message(message: StreamMessage): void;
  state(state: StreamState): void;
  /** Live again after a time without: what was told meanwhile is to be asked for. */
  again(): void;
}

export const CHANNELS = ["alerts", "jobs", "notices", "portfolio"] as const;
const PATH = "/v1/alerts/stream";
const LONGEST_MS = 30_000;
const OPENING_MS = 15_000;

function messageOf(text: unknown): StreamMessage | null {
  if (typeof text !== "string" || text.length > 262_144) return null;
  try {
    const found: unknown = JSON.parse(text);
    if (typeof found !== "object" || found === null) return null;
    const { type, data } = found as { type?: unknown; data?: unknown };
    if (typeof type !== "string") return null;
    return { type, data: typeof data === "object" && data !== null ? (data as Record<string, unknown>) : {} };
  } catch {
    return null;
  }
}

/** Keep a stream open until `signal` ends it. */
export async function keepOpen(hearing: Hearing, signal: AbortSignal): Promise<void> {
  let tries = 0;
  let before = false;
  while (!signal.aborted) {
    hearing.state("opening");
    const begun = Date.now();
    const lived = await once(hearing, signal, () => {
      if (before) hearing.again();
      before = true;
    });
    tries = lived && Date.now() - begun > 10_000 ? 0 : tries + 1;
    if (signal.aborted) break;
    hearing.state("waiting");
    await pause(Math.min(LONGEST_MS, 500 * 2 ** Math.min(tries, 6)) * (0.5 + Math.random() / 2), signal);
  }
  hearing.state("off");
}

/** One connection, from its token to its end; whether it was ever live. */
async function once(hearing: Hearing, signal: AbortSignal, live: () => void): Promise<boolean> {
  let token: string | null;
  try {
    token = (await api.post("/v1/auth/stream-token")).data.token;
  } catch {
    return false;
  }
  if (token === null || signal.aborted) return false;
  const address = new URL(PATH, window.location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(`${address.href}?token=${encodeURIComponent(token)}`);
  return new Promise<boolean>((resolve) => {
    let opened = false;
    const late = setTimeout(() => socket.close(), OPENING_MS);
    const stop = (): void => socket.close();
    signal.addEventListener("abort", stop);
    socket.onopen = () => {
      clearTimeout(late);
      opened = true;
      for (const channel of CHANNELS) socket.send(JSON.stringify({ type: "subscribe", channel }));
      hearing.state("live");
      live();
    };
    socket.onmessage = ({ data }) => {
      const message = messageOf(data);
      if (message !== null) hearing.message(message);
    };
    socket.onclose = () => {
      clearTimeout(late);
      signal.removeEventListener("abort", stop);
      resolve(opened);
    };
  });
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
