/** Log in by an e-mail address and a password, where the stage has that; and what its mails' links do. */

import { api } from "@/api/client";
import { useAnswer } from "@/api/queries";

import { accept, tokensOf } from "./session";

/** Which logins the stage has, beside wallets. */
export const useWays = () => useAnswer(["ways"], () => api.get("/v1/auth/ways"), { forGood: true });

export async function logIn(email: string, password: string): Promise<void> {
  const { data } = await api.post("/v1/auth/login", { body: { email, password, cookie: true } });
  accept(tokensOf(data, true));
}

export const register = (email: string, password: string) => api.post("/v1/auth/register", { body: { email, password } });
export const forget = (email: string) => api.post("/v1/auth/password/forgot", { body: { email } });
export const reset = (token: string, password: string) => api.post("/v1/auth/password/reset", { body: { token, password } });

export async function confirm(token: string): Promise<void> {
  const { data } = await api.post("/v1/auth/register/confirm", { body: { token, cookie: true } });
  accept(tokensOf(data, true));
}

/** What a mail's link or a provider led here for. */
export type Arrival = { kind: "register" | "reset"; token: string } | { kind: "refused"; code: string; reason: string };

const PLACES: Readonly<Record<string, "register" | "reset">> = { "/app/login/register": "register", "/app/login/reset": "reset" };

/** Read the page's address once; a link's token does not stay in it. */
export function arrivalAt(place: Location, forgetToken: () => void): Arrival | null {
  const kind = PLACES[place.pathname];
  const token = new URLSearchParams(place.hash.slice(1)).get("token");
  if (kind !== undefined && token !== null && token !== "") {
    forgetToken();
    return { kind, token };
  }
  const said = new URLSearchParams(place.search);
  const code = said.get("error");
  return code === null ? null : { kind: "refused", code, reason: said.get("reason") ?? code };
}
