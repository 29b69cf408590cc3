/** The drawing itself, loaded when the first chart is shown. */

import { LineChart, PieChart } from "echarts/charts";
import { AriaComponent, DataZoomInsideComponent, GridComponent, TooltipComponent } from "echarts/components";
import { init, use as register, type EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

register([LineChart, PieChart, GridComponent, TooltipComponent, AriaComponent, DataZoomInsideComponent, CanvasRenderer]);

export interface Drawn {
  /** Draw other points in the place of those that are drawn. */
  redraw(points: readonly Point[]): void;
  resize(): void;
  dispose(): void;
}

export interface Point {
  /** Milliseconds since the epoch. */
  at: number;
  value: number;
  low: number;
  high: number;
}

interface Colours {
  ink: string;
  muted: string;
  line: string;
  accent: string;
  panel: string;
}

function colours(element: Element): Colours {
  const style = getComputedStyle(element);
  const of = (name: string): string => style.getPropertyValue(name).trim();
  return { ink: of("--ink"), muted: of("--muted"), line: of("--line"), accent: of("--accent"), panel: of("--panel") };
}

/** Times and values in turn, as the library reads them without an array for each point. */
function flat(points: readonly Point[]): Float64Array {
  const numbers = new Float64Array(points.length * 2);
  points.forEach((point, place) => numbers.set([point.at, point.value], place * 2));
  return numbers;
}

/** What depends on the points. */
const ofPoints = (points: readonly Point[]) => ({
  dataset: { source: flat(points), dimensions: ["at", "value"] },
  series: [{ showSymbol: points.length < 60 }],
});

/** Draw values over time; `write` says an amount as the page does. */
export function drawLine(element: HTMLElement, points: readonly Point[], write: (value: number) => string): Drawn {
  const chart: EChartsType = init(element, null, { renderer: "canvas" });
  const tone = colours(element);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  chart.setOption({
    animation: !still && points.length < 1_000,
    dataset: ofPoints(points).dataset,
    grid: { left: 8, right: 12, top: 12, bottom: 8, containLabel: true },
    // Rich text: the tooltip's HTML would need styles that the policy forbids.
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      backgroundColor: tone.panel,
      borderColor: tone.line,
      textStyle: { color: tone.ink },
      valueFormatter: (value: unknown) => write(Number(value)),
    },
    xAxis: { type: "time", axisLabel: { color: tone.muted, hideOverlap: true }, axisLine: { lineStyle: { color: tone.line } } },
    yAxis: {
      type: "value",
      scale: true,
      axisLabel: { color: tone.muted, formatter: (value: number) => write(value) },
      splitLine: { lineStyle: { color: tone.line } },
    },
    series: [
      {
        type: "line",
        name: "USD",
        showSymbol: points.length < 60,
        sampling: "lttb",
        encode: { x: "at", y: "value" },
        lineStyle: { color: tone.accent, width: 2 },
        itemStyle: { color: tone.accent },
        areaStyle: { color: tone.accent, opacity: 0.12 },
      },
    ],
  });
  let drawn = 0;
  // Counted where whoever measures it sees it.
  chart.on("finished", () => void (element.dataset["drawn"] = String(++drawn)));
  return {
    redraw: (next) => chart.setOption({ animation: false, ...ofPoints(next) }),
    resize: () => chart.resize(),
    dispose: () => chart.dispose(),
  };
}
