/** Sign in with a wallet: ask it who it is, have it sign a message of EIP-4361, show that to the API. */

import { api } from "@/api/client";
import { t } from "@/texts";

import type { Provider } from "./providers";
import { accept, tokensOf } from "./session";

/** Why a wallet did not sign, in words that say how to go on. */
export class WalletError extends Error {
  constructor(
    readonly why: "refused" | "pending" | "locked" | "changed" | "silent" | "cancelled" | "failed",
  ) {
    super(t(`wallet.${why}`));
    this.name = "WalletError";
  }
}

const PATIENCE_MS = 60_000;

const codeOf = (error: unknown): number | null => {
  const code = typeof error === "object" && error !== null ? (error as { code?: unknown }).code : null;
  return typeof code === "number" ? code : null;
};

function worded(error: unknown): WalletError {
  if (error instanceof WalletError) return error;
  switch (codeOf(error)) {
    case 4001:
      return new WalletError("refused");
    case -32002:
      return new WalletError("pending");
    case 4100:
      return new WalletError("locked");
    default:
      return new WalletError("failed");
  }
}

async function asked(provider: Provider, signal: AbortSignal, method: string, params: readonly unknown[] = []): Promise<unknown> {
  const silence = new Promise<never>((_, reject) => {
    const stop = (): void => reject(new WalletError("silent"));
    const timer = setTimeout(stop, PATIENCE_MS);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new WalletError("cancelled"));
    });
  });
  try {
    return await Promise.race([provider.request({ method, params }), silence]);
  } catch (error) {
    throw worded(error);
  }
}

async function account(provider: Provider, signal: AbortSignal, method: "eth_requestAccounts" | "eth_accounts"): Promise<string> {
  const found = await asked(provider, signal, method);
  const first: unknown = Array.isArray(found) ? found[0] : null;
  if (typeof first !== "string" || !/^0x[0-9a-fA-F]{40}$/.test(first)) {
    throw new WalletError("locked");
  }
  return first;
}

async function chainOf(provider: Provider, signal: AbortSignal): Promise<number> {
  const found = await asked(provider, signal, "eth_chainId");
  const chain = typeof found === "string" ? Number(found) : NaN;
  if (!Number.isSafeInteger(chain) || chain < 1) throw new WalletError("failed");
  return chain;
}

/** What the wallet is about to be asked to sign. */
export interface Prepared {
  address: string;
  chain: number;
  message: string;
}

/** Connect the wallet and make the message that it will be asked to sign; the address comes with its checksum. */
export async function prepare(provider: Provider, signal: AbortSignal): Promise<Prepared> {
  const address = await account(provider, signal, "eth_requestAccounts");
  const chain = await chainOf(provider, signal);
  const { data } = await api.post("/v1/auth/nonce", { body: { address } });
  const lines = [
    `${data.domain} wants you to sign in with your Ethereum account:`,
    data.address ?? address,
    "",
    data.statement,
    "",
    `URI: ${window.location.origin}/app/`,
    "Version: 1",
    `Chain ID: ${String(chain)}`,
    `Nonce: ${data.nonce}`,
    `Issued At: ${data.issuedAt}`,
    `Expiration Time: ${data.expiresAt}`,
  ];
  return { address: data.address ?? address, chain, message: lines.join("\n") };
}

const hex = (text: string): string => `0x${Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;

/** Have the message signed and open the session with it. Throws WalletError or ApiError. */
export async function signIn(provider: Provider, prepared: Prepared, signal: AbortSignal): Promise<void> {
  const now = await account(provider, signal, "eth_accounts");
  if (now.toLowerCase() !== prepared.address.toLowerCase() || (await chainOf(provider, signal)) !== prepared.chain) {
    throw new WalletError("changed");
  }
  const signature = await asked(provider, signal, "personal_sign", [hex(prepared.message), prepared.address]);
  if (typeof signature !== "string") throw new WalletError("failed");
  const { data } = await api.post("/v1/auth/verify-wallet", { body: { message: prepared.message, signature, cookie: true } });
  accept(tokensOf(data, true));
}
