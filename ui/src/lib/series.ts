/** What the lines of a series come to, and which calls they leave out. */

import type { SeriesLine } from "../api.gen.ts";
import { sum } from "./decimal.ts";
import type { Unit, Values } from "./stack.ts";

/** The exact sum of a line; null if nothing of it is known, and for speeds, which add up to nothing. */
export function amountOf(line: SeriesLine, unit: Unit): string | null {
  if (unit === "cost") return sum(line.cost);
  if (unit === "time") return null;
  return sum(
    [...line.input_tokens, ...line.output_tokens].map((count) => (count === null ? null : String(count))),
  );
}

/** How many calls of a bucket are in no sum, for of them the unit is not known. */
export function leftOut(lines: SeriesLine[], unit: Unit, at: number): number {
  if (unit === "time") return 0;
  const known = (line: SeriesLine) => (unit === "cost" ? line.priced_calls : line.known_calls);
  return lines.reduce((all, line) => all + (line.calls[at] ?? 0) - (known(line)[at] ?? 0), 0);
}

/** The same numbers as a table, a row for each bucket. */
export function tableOf(
  when: string,
  times: string[],
  lines: { label: string; values: Values }[],
  show: (value: number) => string,
): { head: string[]; rows: string[][] } {
  return {
    head: [when, ...lines.map((line) => line.label)],
    rows: times.map((time, at) => [
      time,
      ...lines.map((line) => (line.values[at] == null ? "–" : show(line.values[at] as number))),
    ]),
  };
}

/** The height of a bar as a decimal: a float that shows, rounded before its noise does. */
export function roundedText(value: number): string {
  if (value === 0) return "0";
  return Number(value.toPrecision(6))
    .toFixed(12)
    .replace(/\.?0+$/, "");
}
