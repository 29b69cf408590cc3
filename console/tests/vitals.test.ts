import { expect, test } from "vitest";

import { pageOf, vitalOf } from "@/shell/vitals";

test("a page is one of a list, whatever stands in the address", () => {
  expect(pageOf("/app/portfolio", true)).toBe("portfolio");
  expect(pageOf("/app/portfolio", false)).toBe("signin");
  expect(pageOf("/app/0xabc?wallet=1", true)).toBe("other");
  expect(pageOf("/", true)).toBe("other");
});

test("a vital has the digits that mean something and stays within the API's bounds", () => {
  expect(vitalOf({ name: "LCP", value: 812.4567 })).toEqual({ name: "LCP", value: 812.5 });
  expect(vitalOf({ name: "CLS", value: 0.012345 })).toEqual({ name: "CLS", value: 0.0123 });
  expect(vitalOf({ name: "TTFB", value: -3 })).toEqual({ name: "TTFB", value: 0 });
  expect(vitalOf({ name: "INP", value: 1e9 })).toEqual({ name: "INP", value: 600_000 });
});
