/** Why an amount moved, as a sentence's parts: the words are chosen by the page. */

import type { Mover } from "../api.gen.ts";

export type Cause = Mover["parts"][number]["cause"];

/** In what a cause consists: which way it pulled, and what it was before and is now. */
export interface Told {
  cause: Cause;
  way: "more" | "less";
  before: number | null;
  now: number | null;
  /** How much of the change it made: 1 is all of it, more when others pulled back. */
  share: number;
}

/** What did most for a change, with the numbers that show it; null when nothing moved. */
export function leading(mover: Pick<Mover, "cause" | "parts" | "change" | "before" | "now">): Told | null {
  const part = mover.parts.find((one) => one.cause === mover.cause);
  if (!part || mover.change === null) return null;
  const { before, now } = mover;
  const numbers: Partial<Record<Cause, [number | null, number | null]>> = {
    new: [0, now.calls],
    gone: [before.calls, 0],
    volume: [before.calls, now.calls],
    coverage: [shareOf(before.known, before.calls), shareOf(now.known, now.calls)],
    prompts: [before.input_per_call, now.input_per_call],
    answers: [before.output_per_call, now.output_per_call],
    cache: [before.cached, now.cached],
  };
  const [was, is] = numbers[part.cause] ?? [null, null];
  return {
    cause: part.cause,
    way: part.change.startsWith("-") ? "less" : "more",
    before: was,
    now: is,
    share: Number(part.change) / Number(mover.change),
  };
}

/** The parts on either side of nothing, as shares of the side that is longer: for a bar. */
export function sides(parts: Mover["parts"]): { down: Slice[]; up: Slice[] } {
  const sizes = parts.map((part) => ({ cause: part.cause, size: Number(part.change) }));
  const up = sizes.filter((part) => part.size > 0);
  const down = sizes.filter((part) => part.size < 0).map((part) => ({ ...part, size: -part.size }));
  const most = Math.max(total(up), total(down)) || 1;
  const shares = (slices: Slice[]) => slices.map((slice) => ({ ...slice, size: slice.size / most }));
  return { down: shares(down), up: shares(up) };
}

export interface Slice {
  cause: Cause;
  size: number;
}

function total(slices: Slice[]): number {
  return slices.reduce((sum, slice) => sum + slice.size, 0);
}

function shareOf(part: number, whole: number): number | null {
  return whole ? part / whole : null;
}
