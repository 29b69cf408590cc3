/** Amounts stay exact, and no amount is written as a zero that it is not. */

import { describe, expect, it } from "vitest";

import { compare, isDecimal, rounded, sum } from "@/money/decimal";
import { amount, ratio, usd, UNKNOWN } from "@/money/format";

describe("decimals", () => {
  it("add up to the last digit", () => {
    expect(sum(["0.1", "0.2"])).toBe("0.3");
    expect(sum(["99999999999999999999.00000001", "0.00000001"])).toBe("99999999999999999999.00000002");
  });

  it("compare beyond what a float tells apart", () => {
    expect(compare("9007199254740993", "9007199254740992")).toBe(1);
  });

  it("round half to even, as the API", () => {
    expect([rounded("0.125", 2), rounded("0.135", 2), rounded("-0.125", 2)]).toEqual(["0.12", "0.14", "-0.12"]);
  });

  it("are told from what is none", () => {
    for (const wrong of ["", "NaN", "Infinity", "1,5", "0x10", "1e9999", " 1", null, 5]) expect(isDecimal(wrong)).toBe(false);
    for (const right of ["0", "-1.5", "1E-8", "178468.50584258"]) expect(isDecimal(right)).toBe(true);
  });
});

describe("writing", () => {
  it.each([
    ["178468.50584258", "$178,468.51"],
    ["-1234567.895", "−$1,234,567.90"],
    ["0", "$0.00"],
    ["0.000123456", "$0.000123"],
    ["-0.0049", "−$0.0049"],
    ["999999999999999999.999", "$1,000,000,000,000,000,000.00"],
    ["0.999", "$0.999"],
  ])("%s dollars are %s", (given, shown) => {
    expect(usd(given)).toBe(shown);
  });

  it("shows what is unknown as a dash, never as 0", () => {
    for (const unknown of [null, undefined, "NaN", "abc"]) {
      expect([usd(unknown), amount(unknown), ratio(unknown)]).toEqual([UNKNOWN, UNKNOWN, UNKNOWN]);
    }
  });

  it("keeps the telling digits of tokens and ratios", () => {
    expect(amount("3.998303374", "ETH")).toBe("3.998303\u2009ETH");
    expect(amount("0.000000000000000001")).toBe("0.000000000000000001");
    expect(amount("5.000000")).toBe("5");
    expect(ratio("0.05125", { signed: true })).toBe("+5.12%");
    expect(ratio("-0.5")).toBe("−50.00%");
  });
});
