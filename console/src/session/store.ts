/** Who is signed in, in this tab: the access token lives here and nowhere else. */

import { useSyncExternalStore } from "react";

import type { ApiError } from "@/api/errors";

export interface Tokens {
  accessToken: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  /** Whether a cookie holds the refresh token; else the session ends with this token. */
  renewable: boolean;
}

export type SessionState =
  /** `refused`: why it could not be restored yet; it is tried again. */
  | { status: "restoring"; refused?: ApiError }
  /** `kept`: the page of before is still there, with what was typed. */
  | { status: "out"; why: "never" | "ended" | "left"; kept: boolean }
  | { status: "in"; tokens: Tokens };

type Listener = () => void;

let state: SessionState = { status: "restoring" };
const listeners = new Set<Listener>();

export const sessionState = (): SessionState => state;

export function setSession(next: SessionState): void {
  state = next;
  for (const listener of listeners) listener();
}

export function onSession(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useSession = (): SessionState => useSyncExternalStore(onSession, sessionState);

// A mark that there was a session, no part of one: whoever was never here is not asked for a cookie that he lacks.
const MARK = "premium.known";

export const wasHere = (): boolean => {
  try {
    return localStorage.getItem(MARK) === "1";
  } catch {
    return true;
  }
};

export function markHere(here: boolean): void {
  try {
    if (here) localStorage.setItem(MARK, "1");
    else localStorage.removeItem(MARK);
  } catch {
    // A browser that stores nothing asks for the cookie each time.
  }
}
