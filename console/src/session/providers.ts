/** The wallets of this browser: those announced by EIP-6963, else the one of `window.ethereum`. */

/** EIP-1193, as far as it is used. */
export interface Provider {
  request(asked: { method: string; params?: readonly unknown[] }): Promise<unknown>;
}

export interface Wallet {
  id: string;
  name: string;
  /** A data URL, shown as a picture and never run. */
  icon: string | null;
  provider: Provider;
}

interface Announced {
  info?: { uuid?: unknown; name?: unknown; icon?: unknown };
  provider?: Provider;
}

const MOST = 50;
const PICTURE = /^data:image\/(png|jpeg|webp|svg\+xml)[;,]/;

const text = (value: unknown): string => (typeof value === "string" ? value : "");

function walletOf(detail: Announced): Wallet | null {
  const id = text(detail.info?.uuid);
  if (id === "" || typeof detail.provider?.request !== "function") return null;
  const icon = text(detail.info?.icon);
  return { id, name: text(detail.info?.name) || "Unnamed wallet", icon: PICTURE.test(icon) ? icon : null, provider: detail.provider };
}

declare global {
  interface Window {
    ethereum?: Provider;
  }
}

/** Call `found` with all wallets whenever another announces itself; returns what ends it. Nothing is connected. */
export function listen(found: (wallets: readonly Wallet[]) => void): () => void {
  const known = new Map<string, Wallet>();
  const tell = (): void => {
    const one = window.ethereum;
    const alone = typeof one?.request === "function" ? [{ id: "injected", name: "Browser wallet", icon: null, provider: one }] : [];
    found(known.size > 0 ? [...known.values()] : alone);
  };
  const heard = (event: Event): void => {
    const wallet = walletOf((event as CustomEvent<Announced>).detail);
    if (wallet === null || known.size >= MOST) return;
    known.set(wallet.id, wallet);
    tell();
  };
  window.addEventListener("eip6963:announceProvider", heard);
  window.dispatchEvent(new Event("eip6963:requestProvider"));
  tell();
  return () => window.removeEventListener("eip6963:announceProvider", heard);
}
