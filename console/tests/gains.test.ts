import { describe, expect, it } from "vitest";

import { disposals } from "@/pages/tax/gains";
import type { Gain } from "@/pages/tax/reading";

const lot = (transaction: string, gain: string, more: Partial<Gain> = {}): Gain => ({
  transactions: [transaction], transactionCount: 1, lot: "b", kind: "sell", asset: "ETH", wallet: "w", acquired: null, sold: null, amount: "0.1", proceeds: "1",
  costBasis: "1", deniedLoss: "0", gain, term: "short", rule: "fifo", ...more,
});

describe("gains out of lots", () => {
  it("add up exactly, one disposal for lots that stand beside each other", () => {
    const found = disposals([lot("s1", "0.1"), lot("s1", "0.2"), lot("s2", "-5"), lot("s2", "1", { wallet: "other" })]);
    expect(found.map((one) => [one.lots.length, one.gain, one.amount])).toEqual([
      [2, "0.3", "0.2"],
      [1, "-5", "0.1"],
      [1, "1", "0.1"],
    ]);
    expect(disposals([])).toEqual([]);
  });

  it("say nothing of a sum of which a part is not known", () => {
    expect(disposals([lot("s1", "1"), lot("s1", "?")])[0]?.gain).toBeNull();
  });
});
