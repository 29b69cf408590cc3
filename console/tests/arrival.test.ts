/** What a mail's link or a provider leads here for is read once, and a link's token does not stay in the address. */

import { expect, it, vi } from "vitest";

import { arrivalAt } from "@/session/password_login";

const at = (address: string): Location => {
  const { pathname, search, hash } = new URL(address, "https://app.example.org");
  return { pathname, search, hash } as Location;
};

it("a link's token is taken out of the address", () => {
  const forget = vi.fn();
  expect(arrivalAt(at("/app/login/register#token=plk_a"), forget)).toEqual({ kind: "register", token: "plk_a" });
  expect(arrivalAt(at("/app/login/reset#token=plk_b"), forget)).toEqual({ kind: "reset", token: "plk_b" });
  expect(forget).toHaveBeenCalledTimes(2);
});

it("a provider's refusal is told, and nothing else is an arrival", () => {
  const forget = vi.fn();
  expect(arrivalAt(at("/app/login?error=UNAUTHENTICATED&reason=nonce"), forget)).toEqual({ kind: "refused", code: "UNAUTHENTICATED", reason: "nonce" });
  expect(arrivalAt(at("/app/login?error=CONFLICT"), forget)).toMatchObject({ code: "CONFLICT", reason: "CONFLICT" });
  for (const other of ["/app/", "/app/login", "/app/login/reset", "/app/login/reset#token=", "/app/portfolio#token=plk_a"]) {
    expect(arrivalAt(at(other), forget)).toBeNull();
  }
  expect(forget).not.toHaveBeenCalled();
});
