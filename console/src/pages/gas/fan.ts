/** Where a fan of forecasts lies in its drawing: the point, and two bands around it. */

import { toDraw } from "@/money/decimal";

import type { Prediction } from "./reading";

export const WIDTH = 600;
export const HEIGHT = 160;
const EDGE = 6;

export interface Fan {
  line: string;
  inner: string;
  outer: string;
}

const pair = (band: readonly string[]): [number, number] => [toDraw(band[0] ?? "0"), toDraw(band[1] ?? "0")];

/** Points of SVG for the newest base fee and what is foretold of it. */
export function fanOf(baseFee: string, of: readonly Prediction[]): Fan {
  const now = toDraw(baseFee);
  const steps = [
    { at: 0, point: now, inner: [now, now] as [number, number], outer: [now, now] as [number, number] },
    // Blocks and hours ahead lie side by side, each as wide.
    ...of.map((one, nth) => ({ at: nth + 1, point: toDraw(one.point), inner: pair(one.p80), outer: pair(one.p95) })),
  ];
  const far = Math.max(1, ...steps.map((one) => one.at));
  const lowest = Math.min(...steps.map((one) => one.outer[0]));
  const room = Math.max(...steps.map((one) => one.outer[1])) - lowest || 1;
  const place = (at: number, value: number): string =>
    `${((at / far) * WIDTH).toFixed(1)},${(HEIGHT - EDGE - ((value - lowest) / room) * (HEIGHT - 2 * EDGE)).toFixed(1)}`;
  const around = (which: "inner" | "outer"): string =>
    [...steps.map((one) => place(one.at, one[which][1])), ...steps.toReversed().map((one) => place(one.at, one[which][0]))].join(" ");
  return { line: steps.map((one) => place(one.at, one.point)).join(" "), inner: around("inner"), outer: around("outer") };
}
