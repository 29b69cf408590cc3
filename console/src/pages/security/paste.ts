/** What a user pastes to have it judged, in the form that the API takes; what is sent is the text's own digits. */

import type { TextKey } from "@/texts";

/** The body of a request, or why the text is none; `left` are the fields that say nothing to a judgement. */
export type Pasted =
  | { ok: true; body: string; left: readonly string[] }
  | { ok: false; why: TextKey; values?: Readonly<Record<string, string | number>> };

export interface About {
  chain: string;
  chainId: number | null;
  /** Who signs; empty where the text says it. */
  sender: string;
}

type Fields = Readonly<Record<string, unknown>>;

const BYTES = /^0x([0-9a-fA-F]{2})+$/;
const DIGEST = /^0x[0-9a-fA-F]{64}$/;
/** Names of fields as wallets and nodes write them, and as the API does. */
const NAMES: Readonly<Record<string, string>> = {
  from: "from", to: "to", value: "value", data: "data", input: "data", gas: "gas", gasLimit: "gas", maxFeePerGas: "maxFeePerGas",
  authorizationList: "authorizationList", calls: "calls", userOperation: "userOperation", entryPoint: "entryPoint",
  rawTransaction: "rawTransaction", raw: "rawTransaction",
};

class Refused extends Error {
  constructor(
    readonly why: TextKey,
    readonly values: Readonly<Record<string, string | number>> = {},
  ) {
    super(why);
  }
}

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

/** Numbers as the API takes amounts; one that lost digits by being read is refused. */
function texts(value: unknown, name: string): unknown {
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || value < 0) throw new Refused("security.inQuotes", { field: name });
    return String(value);
  }
  if (Array.isArray(value)) return value.map((each, place) => texts(each, `${name}.${String(place)}`));
  if (isFields(value)) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, texts(each, name === "" ? key : `${name}.${key}`)]));
  return value;
}

function parsed(text: string): Fields {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw new Refused("security.noJson");
  }
  if (!isFields(found)) throw new Refused("security.noJson");
  // A request as a page hands it to a wallet: its first parameter is meant.
  const params = found["params"];
  if (typeof found["method"] === "string" && Array.isArray(params)) {
    const first: unknown = params[0];
    if (!isFields(first)) throw new Refused("security.noParams", { method: found["method"].slice(0, 40) });
    return first;
  }
  return found;
}

function sameChain(said: unknown, about: About): void {
  if ((typeof said !== "string" && typeof said !== "number") || about.chainId === null) return;
  if (Number(said) !== about.chainId) throw new Refused("security.otherChain", { said: String(said).slice(0, 80), chosen: about.chainId });
}

function refusable(make: () => Pasted): Pasted {
  try {
    return make();
  } catch (error) {
    if (error instanceof Refused) return { ok: false, why: error.why, values: error.values };
    throw error;
  }
}

const withSender = (about: About): Fields => (about.sender === "" ? {} : { from: about.sender });

/** A transaction: its bytes, its fields, a batch of calls or a user operation, as JSON or as a wallet's request. */
export const transactionOf = (pasted: string, about: About): Pasted =>
  refusable(() => {
    const text = pasted.trim();
    const { chain } = about;
    if (BYTES.test(text)) return { ok: true, body: JSON.stringify({ chain, ...withSender(about), rawTransaction: text }), left: [] };
    if (text.startsWith("0x")) throw new Refused("security.noBytes");
    const given = parsed(text);
    sameChain(given["chainId"], about);
    const body: Record<string, unknown> = { chain, ...withSender(about) };
    const left: string[] = [];
    for (const [name, value] of Object.entries(given)) {
      const known = NAMES[name];
      if (known !== undefined) body[known] = texts(value, name);
      else if (name !== "chainId" && name !== "chain") left.push(name);
    }
    if (!["to", "data", "calls", "userOperation", "rawTransaction"].some((name) => name in body)) throw new Refused("security.noTransaction");
    return { ok: true, body: JSON.stringify(body), left };
  });

/** A message: typed data as JSON, 32 bytes of a hash, or a text as it stands. */
export const messageOf = (pasted: string, about: About): Pasted =>
  refusable(() => {
    const text = pasted.trim();
    const base = JSON.stringify({ chain: about.chain, ...withSender(about) }).slice(0, -1);
    if (DIGEST.test(text)) return { ok: true, body: `${base},"digest":${JSON.stringify(text)}}`, left: [] };
    if (!text.startsWith("{")) return { ok: true, body: `${base},"text":${JSON.stringify(pasted)}}`, left: [] };
    const given = parsed(text);
    if (typeof given["primaryType"] !== "string" && !isFields(given["types"])) throw new Refused("security.noTypes");
    // As it was pasted: a number of typed data may have more digits than a program's numbers keep.
    return { ok: true, body: `${base},"typedData":${text}}`, left: [] };
  });
