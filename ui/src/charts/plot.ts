/** How a chart over time is drawn: what uPlot is told. Positions are seconds, as uPlot counts time. */

import uPlot from "uplot";
import { lonely, rooted, stacked, type Values } from "../lib/stack.ts";
import { write } from "../words/index.ts";

export interface Line {
  label: string;
  colour: string; // the name of a token of theme.css
  values: Values;
}

export interface Drawing {
  times: number[];
  step: number; // seconds
  lines: Line[];
  kind: "bars" | "lines";
  /** A strip: no axes, heights by square root. */
  bare: boolean;
  /** The same span before, as a thin line over the bars. */
  previous: Values | null;
  /** What the data end at, in milliseconds: buckets that reach beyond are not whole. */
  ends: { since: number; until: number } | null;
  /** How a value is written on the axis. */
  mark: (value: number) => string;
  /** What a token of theme.css comes to. */
  paint: (name: string) => string;
}

/** The tallest sums first, so that the shorter ones are painted over them. */
export function dataOf({ times, lines, kind, bare, previous }: Drawing): uPlot.AlignedData {
  const xs = times.map((time) => time / 1000);
  const values = lines.map((line) => line.values);
  if (kind === "lines") return [xs, ...values] as uPlot.AlignedData;
  const sums = stacked(values).reverse();
  const bars = bare ? sums.map(rooted) : sums;
  return [xs, ...bars, ...(previous ? [previous] : [])] as uPlot.AlignedData;
}

/** The last bucket that starts at or before a position. */
export function bucketAt(times: number[], x: number): number {
  let found = 0;
  while (found + 1 < times.length && (times[found + 1] as number) / 1000 <= x) found += 1;
  return found;
}

/** The buckets of which the span holds only a part: the first, the last, or neither. */
export function cutBuckets({ times, step, ends }: Pick<Drawing, "times" | "step" | "ends">): number[] {
  if (!ends || !times.length) return [];
  const last = times.length - 1;
  // A bucket that is short of a hundredth looks whole.
  const slack = step * 10;
  const cut = [];
  if ((times[0] as number) < ends.since - slack) cut.push(0);
  if ((times[last] as number) + step * 1000 > ends.until + slack && (last > 0 || !cut.length)) cut.push(last);
  return cut;
}

export function optionsOf(
  drawing: Drawing,
  size: { width: number; height: number },
  brushes: boolean,
  hooks: uPlot.Hooks.Arrays,
  onwiden: () => void,
): uPlot.Options {
  const { times, step, lines, kind, bare, previous, mark, paint } = drawing;
  const isBars = kind === "bars";
  const first = (times[0] as number) / 1000;
  const last = (times.at(-1) as number) / 1000 + (isBars ? step : 0);
  const bars = uPlot.paths.bars?.({ size: [0.86, 48], align: 1 });
  const ordered = isBars ? [...lines].reverse() : lines;
  const font = `11px ${getComputedStyle(document.documentElement).fontFamily}`;
  const axis = { font, stroke: paint("--ink-2"), ticks: { show: false }, border: { show: false } };
  return {
    ...size,
    padding: bare ? [2, 0, 0, 0] : [10, 22, 0, 0],
    legend: { show: false },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    cursor: {
      points: { show: !isBars, size: 7 },
      x: !isBars,
      y: false,
      drag: { x: brushes, y: false, setScale: false },
      bind: {
        dblclick: () => () => {
          onwiden();
          return null;
        },
      },
    },
    scales: {
      x: { time: true, range: [first, Math.max(last, first + 1)] },
      y: { range: (_chart, _least, most) => [0, most > 0 ? most * 1.06 : 1] },
    },
    axes: bare
      ? [{ show: false }, { show: false }]
      : [
          {
            ...axis,
            grid: { show: false },
            size: 26,
            gap: 5,
            space: 70,
            values: (_chart, marks, _axis, _space, gap) => marks.map((at) => write.tick(at * 1000, gap)),
          },
          {
            ...axis,
            grid: { stroke: paint("--line"), width: 1 },
            size: (_chart, values) => 12 + Math.max(28, ...(values ?? []).map((text) => text.length * 6.2)),
            gap: 6,
            space: 36,
            values: (_chart, marks) => marks.map((value) => mark(value)),
          },
        ],
    series: [
      {},
      ...ordered.map((line) => ({
        label: line.label,
        stroke: isBars ? "transparent" : paint(line.colour),
        fill: isBars ? paint(line.colour) : undefined,
        width: isBars ? 0 : 1.8,
        paths: isBars ? bars : undefined,
        points: isBars
          ? { show: false, filter: () => null } // uPlot's own would dot what stands beside a gap
          : { show: true, size: 5, fill: paint(line.colour), filter: () => lonely(line.values) },
        spanGaps: false,
      })),
      ...(isBars && previous
        ? [
            {
              stroke: paint("--ink-3"),
              width: 1.2,
              paths: uPlot.paths.stepped?.({ align: 1 }),
              points: { show: false, filter: () => null },
              spanGaps: false,
            },
          ]
        : []),
    ],
    hooks: { ...hooks, draw: [(chart) => hatch(chart, drawing)] },
  };
}

/** Stripes over what is not whole: the bar that is still growing, and the one the span cuts. */
function hatch(chart: uPlot, drawing: Drawing): void {
  if (drawing.kind !== "bars" || drawing.bare) return;
  const { ctx, bbox } = chart;
  const pixel = devicePixelRatio;
  for (const at of cutBuckets(drawing)) {
    const start = (drawing.times[at] as number) / 1000;
    const left = Math.max(chart.valToPos(start, "x", true), bbox.left);
    const right = Math.min(chart.valToPos(start + drawing.step, "x", true), bbox.left + bbox.width);
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, right - left, bbox.height);
    ctx.clip();
    ctx.strokeStyle = drawing.paint("--surface");
    ctx.lineWidth = 2 * pixel;
    ctx.beginPath();
    for (let x = left - bbox.height; x < right; x += 5 * pixel) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
  }
}
