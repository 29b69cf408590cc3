/** What users paste to have it judged reaches the API with its own digits, or is refused with a reason. */

import { describe, expect, it } from "vitest";

import { messageOf, transactionOf, type Pasted } from "@/pages/security/paste";

const ABOUT = { chain: "ethereum", chainId: 1, sender: "" };
const TO = "0xdAC17F958D2ee523a2206206994597C13D831ec7";
const bodyOf = (made: Pasted): unknown => (made.ok ? JSON.parse(made.body) : made.why);
const transaction = (given: unknown, about = ABOUT) => bodyOf(transactionOf(typeof given === "string" ? given : JSON.stringify(given), about));

describe("a transaction", () => {
  it("is taken as bytes, as fields of a node and as a request to a wallet", () => {
    expect(transaction(" 0x02f8\n")).toEqual({ chain: "ethereum", rawTransaction: "0x02f8" });
    expect(transaction({ to: TO, input: "0x", gasLimit: 21000, value: "0x1", chainId: "0x1", nonce: 4 })).toEqual({
      chain: "ethereum", to: TO, data: "0x", gas: "21000", value: "0x1",
    });
    expect(transaction({ method: "eth_sendTransaction", params: [{ from: TO, to: TO, data: "0x" }] })).toEqual({ chain: "ethereum", from: TO, to: TO, data: "0x" });
    expect(transaction({ calls: [{ to: TO, value: 7 }] })).toEqual({ chain: "ethereum", calls: [{ to: TO, value: "7" }] });
  });

  it("names the fields that were left out", () => {
    const made = transactionOf(JSON.stringify({ to: TO, nonce: 4, type: "0x2" }), ABOUT);
    expect(made.ok && made.left).toEqual(["nonce", "type"]);
  });

  it("says who signs: its own word before the form's", () => {
    const about = { ...ABOUT, sender: "0xform" };
    expect(transaction({ to: TO }, about)).toMatchObject({ from: "0xform" });
    expect(transaction({ to: TO, from: TO }, about)).toMatchObject({ from: TO });
  });

  it("is refused with a reason", () => {
    expect(transaction("0x123")).toBe("security.noBytes");
    expect(transaction("hello")).toBe("security.noJson");
    expect(transaction("[1]")).toBe("security.noJson");
    expect(transaction({ gas: 1 })).toBe("security.noTransaction");
    expect(transaction({ to: TO, chainId: 10 })).toBe("security.otherChain");
    expect(transaction({ method: "personal_sign", params: ["0x00", TO] })).toBe("security.noParams");
    expect(transaction('{"to":"0x","value":1000000000000000000000}')).toBe("security.inQuotes");
    expect(transaction({ to: TO, value: 0.5 })).toBe("security.inQuotes");
    expect(transaction({ to: TO, value: -1 })).toBe("security.inQuotes");
  });
});

describe("a message", () => {
  const typed = '{"primaryType":"Permit","types":{},"domain":{},"message":{"value":115792089237316195423570985008687907853269984665640564039457584007913129639935}}';

  it("keeps every digit of typed data", () => {
    const made = messageOf(typed, ABOUT);
    expect(made.ok && made.body).toBe(`{"chain":"ethereum","typedData":${typed}}`);
  });

  it("is a hash, or a text as it stands", () => {
    const hash = `0x${"ab".repeat(32)}`;
    expect(bodyOf(messageOf(hash, { ...ABOUT, sender: TO }))).toEqual({ chain: "ethereum", from: TO, digest: hash });
    expect(bodyOf(messageOf(" Sign in \n", ABOUT))).toEqual({ chain: "ethereum", text: " Sign in \n" });
  });

  it("is refused as JSON without types", () => {
    expect(bodyOf(messageOf('{"a":1}', ABOUT))).toBe("security.noTypes");
    expect(bodyOf(messageOf("{", ABOUT))).toBe("security.noJson");
  });
});
