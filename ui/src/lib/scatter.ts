/** Where the points of a plot of cost against score lie: cost by its logarithm, score as it is. */

import type { WorthRow } from "../types.ts";

export interface Edge {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Point {
  row: WorthRow;
  x: number;
  y: number;
  /** The ends of the intervals; null without one. */
  left: number | null;
  right: number | null;
  top: number | null;
  bottom: number | null;
}

export interface Tick {
  value: number;
  at: number;
}

export interface Plot {
  points: Point[];
  xs: Tick[];
  ys: Tick[];
  /** How many values have no place: without a cost, or a score. */
  unplaced: number;
}

export function plotted(rows: readonly WorthRow[], width: number, height: number, edge: Edge): Plot {
  const known = rows.filter((row) => (row.cost_per_call.value ?? 0) > 0 && row.score.value !== null);
  const costs = known.flatMap(({ cost_per_call: { value, low, high } }) =>
    [value, low, high].filter((one): one is number => one !== null && one > 0),
  );
  const scores = known.flatMap(({ score: { value, low, high } }) =>
    [value, low, high].filter((one): one is number => one !== null),
  );
  const [least, most] = around(costs.map(Math.log10), 0.15);
  const [bottom, top] = around(scores, 0.02);
  const x = (cost: number) =>
    edge.left + ((Math.log10(cost) - least) / (most - least)) * (width - edge.left - edge.right);
  const y = (score: number) =>
    height - edge.bottom - ((score - bottom) / (top - bottom)) * (height - edge.top - edge.bottom);
  const maybe = (value: number | null, place: (value: number) => number, floor = -Infinity) =>
    value === null ? null : place(Math.max(value, floor));
  const floor = 10 ** least;
  return {
    points: known.map((row) => ({
      row,
      x: x(row.cost_per_call.value as number),
      y: y(row.score.value as number),
      left: maybe(row.cost_per_call.low, x, floor),
      right: maybe(row.cost_per_call.high, x, floor),
      top: maybe(row.score.high, y),
      bottom: maybe(row.score.low, y),
    })),
    xs: known.length
      ? apart(
          decades(least, most).map((value) => ({ value, at: x(value) })),
          width,
        )
      : [],
    ys: known.length ? steps(bottom, top).map((value) => ({ value, at: y(value) })) : [],
    unplaced: rows.length - known.length,
  };
}

/** The ends of some values, with a margin, and never closer than that. */
function around(values: readonly number[], least: number): [number, number] {
  if (!values.length) return [0, 1];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = Math.max((high - low) * 0.08, least);
  return [low - margin, high + margin];
}

/** 1, 2 and 5 of each power of ten; of many powers only the powers. */
function decades(least: number, most: number): number[] {
  const factors = most - least > 2 ? [1] : most - least > 0.8 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 7, 8];
  const found: number[] = [];
  for (let power = Math.floor(least); power <= most; power += 1)
    for (const factor of factors) {
      const at = power + Math.log10(factor);
      if (at >= least && at <= most) found.push(factor * 10 ** power);
    }
  return found;
}

/** Without those whose words would touch the ones before, or the edge. */
function apart(ticks: readonly Tick[], width: number): Tick[] {
  const kept: Tick[] = [];
  for (const tick of ticks)
    if (tick.at - (kept.at(-1)?.at ?? -Infinity) >= 56 && tick.at < width - 26) kept.push(tick);
  return kept;
}

/** Round values between two, about five of them. */
export function steps(low: number, high: number): number[] {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10) * power;
  const found: number[] = [];
  for (let at = Math.ceil(low / step); at * step <= high + step * 1e-9; at += 1)
    found.push(Number((at * step).toPrecision(12)));
  return found;
}

export interface Label {
  x: number;
  y: number;
  anchor: "start" | "end";
  text: string;
}

const LETTER = 6.4; // of the small text, on average
const LINE = 13;

/** A label beside each point, on the side where it has room; none where it would lie on another. */
export function labelled(
  points: readonly { x: number; y: number; text: string }[],
  right: number,
): (Label | null)[] {
  const taken = points.map(({ x, y }) => ({ left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 }));
  return points.map(({ x, y, text }, own) => {
    const short = text.length > 28 ? `${text.slice(0, 27)}…` : text;
    const length = short.length * LETTER;
    const tries: Label[] = [
      { x: x + 10, y: y - 5, anchor: "start", text: short },
      { x: x - 10, y: y - 5, anchor: "end", text: short },
      { x: x + 10, y: y + 14, anchor: "start", text: short },
      { x: x - 10, y: y + 14, anchor: "end", text: short },
    ];
    for (const label of tries) {
      const from = label.anchor === "start" ? label.x : label.x - length;
      const box = { left: from, right: from + length, top: label.y - LINE + 3, bottom: label.y + 3 };
      if (box.left < 0 || box.right > right) continue;
      const isFree = taken.every(
        (other, at) =>
          at === own ||
          box.right < other.left ||
          box.left > other.right ||
          box.bottom < other.top ||
          box.top > other.bottom,
      );
      if (!isFree) continue;
      taken.push(box);
      return label;
    }
    return null;
  });
}
