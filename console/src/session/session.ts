/** Opens, renews and ends the session; several tabs share one. */

import { api, setCredentials } from "@/api/client";
import { ApiError, unreachable } from "@/api/errors";
import { queries } from "@/api/queries";

import { markHere, sessionState, setSession, wasHere, type Tokens } from "./store";

type News = { kind: "tokens"; tokens: Tokens } | { kind: "left" } | { kind: "who" };

const LOCK = "premium.refresh";
const EARLY_MS = 60_000;
const PATIENCE_MS = 5_000;
const AGAIN_MS = 15_000;
const tabs = new BroadcastChannel("premium.session");

const current = (): Tokens | null => {
  const state = sessionState();
  return state.status === "in" ? state.tokens : null;
};

/** Take tokens that this tab was given, and tell the others. */
export function accept(tokens: Tokens): void {
  // Whoever comes after a session that ended may be somebody else.
  if (sessionState().status === "out") void queries.resetQueries();
  setSession({ status: "in", tokens });
  if (tokens.renewable) markHere(true);
  tabs.postMessage({ kind: "tokens", tokens } satisfies News);
  schedule(tokens);
}

export const tokensOf = (given: { accessToken: string; expiresIn: number }, renewable: boolean): Tokens => ({
  accessToken: given.accessToken,
  expiresAt: Date.now() + given.expiresIn * 1000,
  renewable,
});

let timer: ReturnType<typeof setTimeout> | undefined;

function schedule(tokens: Tokens): void {
  clearTimeout(timer);
  if (!tokens.renewable) return;
  // A little later in each tab, so that one of them asks and the others hear of it.
  const wait = tokens.expiresAt - Date.now() - EARLY_MS + Math.random() * 5_000;
  const ask = (): void =>
    void renew(tokens.accessToken).catch(() => {
      // An API that is away for a while ends no session: until the token has run out there is time to ask again.
      timer = setTimeout(ask, AGAIN_MS);
    });
  timer = setTimeout(ask, Math.max(1_000, wait));
}

/** Only one tab asks at a time; who waited takes what the other was given. */
async function renew(refused: string | null): Promise<string | null> {
  return navigator.locks.request(LOCK, async () => {
    const known = current();
    if (known !== null && known.accessToken !== refused) return known.accessToken;
    if (known !== null && !known.renewable) {
      end("ended");
      return null;
    }
    try {
      const { data } = await api.post("/v1/auth/refresh", { body: {} });
      const tokens = tokensOf(data, true);
      accept(tokens);
      return tokens.accessToken;
    } catch (error) {
      if (!(error instanceof ApiError && (error.status === 401 || error.status === 403))) throw error;
      end("ended");
      return null;
    }
  });
}

function end(why: "ended" | "left"): void {
  const kept = why === "ended" && current() !== null;
  clearTimeout(timer);
  markHere(false);
  setSession({ status: "out", why, kept });
  if (why === "left") queries.clear();
}

/** Where a provider leads who has logged in with it: by a cookie that no script has seen. */
const BACK = "/app/login";

/** Restore the session of an earlier page by its cookie; an API that refuses for a while is told of, and asked again. */
export async function restore(place: Location = window.location): Promise<void> {
  clearTimeout(timer);
  if (current() !== null) return;
  const wasLed = place.pathname === BACK && place.search === "";
  const knew = wasHere();
  try {
    if (knew || wasLed) await renew(null);
  } catch (error) {
    const refused = unreachable(error);
    setSession({ status: "restoring", refused });
    timer = setTimeout(() => void restore(place), refused.retryAfter === null ? AGAIN_MS : refused.retryAfter * 1_000);
    return;
  }
  if (!knew && current() === null) setSession({ status: "out", why: "never", kept: false });
}

/** Stop restoring, and sign in anew. */
export function giveUp(): void {
  clearTimeout(timer);
  setSession({ status: "out", why: "never", kept: false });
}

/** End the session here, in the other tabs, and at the API; a slow API is told, and not waited for. */
export async function leave(everywhere = false): Promise<void> {
  const told = api.post("/v1/auth/logout", { body: { everywhere } }).then(
    () => undefined,
    () => undefined,
  );
  await Promise.race([told, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  end("left");
  tabs.postMessage({ kind: "left" } satisfies News);
}

/** Listen to the other tabs, and give requests their token. Once, at the start. */
export function begin(): void {
  setCredentials({ token: () => current()?.accessToken ?? null, renew });
  tabs.onmessage = ({ data }: MessageEvent<News>) => {
    const known = current();
    if (data.kind === "tokens" && data.tokens.accessToken !== known?.accessToken) {
      setSession({ status: "in", tokens: data.tokens });
      schedule(data.tokens);
    } else if (data.kind === "left" && sessionState().status !== "out") {
      end("left");
    } else if (data.kind === "who" && known !== null) {
      tabs.postMessage({ kind: "tokens", tokens: known } satisfies News);
    }
  };
  tabs.postMessage({ kind: "who" } satisfies News);
}
