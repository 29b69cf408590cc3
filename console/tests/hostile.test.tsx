/** Names of others are shown harmless, and look-alikes can be told apart. */

import { render } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { imitates, safeName, shortAddress } from "@/money/hostile";
import { Name } from "@/ui/Name";

describe("names", () => {
  it("lose letters that are not seen", () => {
    expect(safeName("US\u200bDC")).toBe("USDC");
    expect(safeName("\u202egnp.exe")).toBe("gnp.exe");
    expect(safeName("a\u0000b\nc")).toBe("abc");
    expect(safeName("\u200b\u2060")).toBe("(unreadable name)");
  });

  it("are cut, and heaps of marks taken off", () => {
    expect(Array.from(safeName("x".repeat(10_000))).length).toBe(61);
    expect(safeName(`Z${"\u0301".repeat(40)}algo`)).toBe("Zalgo");
  });

  it("are texts, whatever they look like", () => {
    const { container } = render(<Name of={'<img src=x onerror="alert(1)">'} />);
    expect(container.querySelector("img")).toBeNull();
    expect(container.textContent).toContain("<img src=x");
  });

  it("that mix alphabets in a word are marked", () => {
    expect([imitates("UЅDC"), imitates("USDC"), imitates("Тест"), imitates("Δ USDC")]).toEqual([true, false, false, false]);
    const { container } = render(<Name of="UЅDC" />);
    expect(container.textContent).toContain("imitate");
  });
});

it("addresses with the same ends differ in the middle", () => {
  const one = `0x52908400${"a".repeat(26)}E4169EE7`;
  const other = `0x52908400${"a".repeat(12)}bbbb${"a".repeat(10)}E4169EE7`;
  expect(shortAddress(one)).not.toBe(shortAddress(other));
});
