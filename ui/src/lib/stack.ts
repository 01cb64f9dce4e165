/** From what the server says per bucket of time to what a chart draws, in one unit. */

import { approximate } from "./decimal.ts";
import type { SeriesLine } from "../types.ts";

export type Unit = "tokens" | "cost" | "time";
export const UNITS: readonly Unit[] = ["tokens", "cost", "time"];

export type Values = (number | null)[];

/** One line in the unit; time is the 95th percentile of latency. */
export function inUnit(line: SeriesLine, unit: Unit): Values {
  if (unit === "cost") return line.cost.map(approximate);
  if (unit === "time") return line.p95;
  return line.input_tokens.map((input, at) => plus(input, line.output_tokens[at] ?? null));
}

/** Each value divided by how many calls stand behind it. */
export function perCall(values: Values, calls: number[]): Values {
  return values.map((value, at) => (value === null || !calls[at] ? null : value / (calls[at] as number)));
}

/** Running sums, so that each line stands on the ones before it. An unknown stands as nothing. */
export function stacked(lines: Values[]): Values[] {
  const sums: Values[] = [];
  for (const line of lines) {
    const below = sums.at(-1);
    sums.push(line.map((value, at) => (value ?? 0) + ((below?.[at] as number | undefined) ?? 0)));
  }
  return sums;
}

/** Square roots, so that one giant does not flatten the rest. */
export function rooted(values: Values): Values {
  return values.map((value) => (value === null ? null : Math.sqrt(value)));
}

/** What was used while nothing was called is known: nothing. Only a call may leave it unknown. */
export function used(values: Values, calls: number[]): Values {
  return values.map((value, at) => (value === null && calls[at] === 0 ? 0 : value));
}

/** The places that have no neighbour to draw a line to. */
export function lonely(values: Values): number[] {
  return values.flatMap((value, at) =>
    value != null && values[at - 1] == null && values[at + 1] == null ? [at] : [],
  );
}

/** The path of a sparkline in a box, newest at the right; gaps where nothing is known. */
export function sparkline(values: Values, width: number, height: number): string {
  const most = Math.max(...values.map((value) => value ?? 0), 0);
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  let path = "";
  let pen = false;
  values.forEach((value, at) => {
    if (value === null) {
      pen = false;
      return;
    }
    const y = height - (most > 0 ? (value / most) * height : 0);
    path += `${pen ? "L" : "M"}${(at * step).toFixed(1)} ${y.toFixed(1)}`;
    // A point with no neighbour: a line of no length, which a round cap makes a dot.
    if (!pen && (values[at + 1] ?? null) === null) path += `L${(at * step).toFixed(1)} ${y.toFixed(1)}`;
    pen = true;
  });
  return path;
}

function plus(one: number | null, other: number | null): number | null {
  return one === null && other === null ? null : (one ?? 0) + (other ?? 0);
}
