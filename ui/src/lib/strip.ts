/** The bars above the table of runs: how tall they are, and what they leave unknown. */

import { approximate } from "./decimal.ts";
import type { Unit } from "./stack.ts";

/** What of a line of /series is needed. */
export interface Line {
  runs: number[];
  errors: number[];
  input_tokens: (number | null)[];
  output_tokens: (number | null)[];
  cost: (string | null)[];
  p50: (number | null)[];
  p95: (number | null)[];
}

export interface Bar {
  /** Shares of the height, from the ground up: each piece ends there. */
  pieces: { colour: string; to: number }[];
  /** There were runs, of which nothing is known in this unit. */
  isUnknown: boolean;
}

export type Shown = Unit | "runs";

/** How the bars are made of the values: the later piece stands on the earlier. */
function pieces(line: Line, shown: Shown, at: number): { colour: string; value: number }[] {
  const known = (value: number | null | undefined) => value ?? 0;
  if (shown === "runs")
    return [
      { colour: "--bad", value: known(line.errors[at]) },
      { colour: "--strip", value: known(line.runs[at]) - known(line.errors[at]) },
    ];
  if (shown === "tokens")
    return [
      { colour: "--input", value: known(line.input_tokens[at]) },
      { colour: "--output", value: known(line.output_tokens[at]) },
    ];
  if (shown === "time")
    return [
      { colour: "--series-8", value: known(line.p50[at]) },
      { colour: "--series-others", value: Math.max(known(line.p95[at]) - known(line.p50[at]), 0) },
    ];
  return [{ colour: "--strip", value: known(approximate(line.cost[at] ?? null)) }];
}

const LEAST = 0.06; // of the height: what is there is seen

/** Heights by square root, so that one giant does not flatten the rest. */
export function barsOf(line: Line, shown: Shown): Bar[] {
  const all = line.runs.map((_, at) => pieces(line, shown, at));
  const sums = all.map((one) => one.reduce((sum, piece) => sum + piece.value, 0));
  const most = Math.max(...sums, 0);
  return all.map((one, at) => {
    const sum = sums[at] as number;
    if (!sum) return { pieces: [], isUnknown: (line.runs[at] ?? 0) > 0 };
    const height = Math.max(Math.sqrt(sum / most), LEAST);
    let below = 0;
    return {
      isUnknown: false,
      pieces: one
        .filter((piece) => piece.value > 0)
        .map((piece) => ({ colour: piece.colour, to: height * ((below += piece.value) / sum) })),
    };
  });
}

/** Whether anything at all is known in this unit. */
export function tells(line: Line, shown: Shown): boolean {
  return barsOf(line, shown).some((bar) => bar.pieces.length > 0);
}

/** In which step of time a moment lies; steps that end before the first or begin after the last are those. */
export function stepAt(times: readonly number[], at: number): number {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((times[middle] as number) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
