import { expect, test } from "vitest";

import { coin, gwei, gweiText, share } from "@/money/wei";
import { fanOf, HEIGHT, WIDTH } from "@/pages/gas/fan";
import type { Prediction } from "@/pages/gas/reading";

test("wei become gwei and coins to the last digit", () => {
  expect(gwei("12345678901")).toBe("12.345678901");
  expect(gwei("1")).toBe("0.000000001");
  expect(coin("720000000000001")).toBe("0.000720000000000001");
  expect(gwei(null)).toBeNull();
  expect(gweiText("7")).toBe("0.000000007\u2009gwei");
  expect(gweiText(null)).toBe("–");
});

test("a share that is not known is a dash, never nothing", () => {
  expect(share(0.957)).toBe("95.7%");
  expect(share(0)).toBe("0.0%");
  expect(share(null)).toBe("–");
});

const one = (horizon: number, low: string, point: string, high: string) => ({ horizon, point, p80: [low, high], p95: [low, high] }) as unknown as Prediction;

test("a fan lies within its drawing, the highest above the lowest", () => {
  const fan = fanOf("100", [one(1, "90", "100", "110"), one(25, "50", "120", "200")]);
  const places = `${fan.line} ${fan.inner} ${fan.outer}`.split(" ").map((pair) => pair.split(",").map(Number));
  for (const [x = -1, y = -1] of places) {
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x).toBeLessThanOrEqual(WIDTH);
    expect(y).toBeGreaterThanOrEqual(0);
    expect(y).toBeLessThanOrEqual(HEIGHT);
  }
  const heights = fan.outer.split(" ").map((pair) => Number(pair.split(",")[1]));
  expect(heights[2]).toBe(Math.min(...heights));
});

test("a fan of figures that stand still is drawn, too", () => {
  expect(fanOf("7", [one(1, "7", "7", "7")]).line).not.toContain("NaN");
});
