/** Of what prompts are made: segments side by side, wording with slots, and where two wordings differ. */

import type { SegmentShare } from "../api.gen.ts";
import { approximate } from "./decimal.ts";

export type SegmentName = SegmentShare["segment"];

/** In the order in which providers see them; what belongs to none comes last. */
export const SEGMENTS: readonly SegmentName[] = [
  "tools",
  "system",
  "history",
  "retrieved",
  "user",
  "tool_results",
  "unsplit",
];

export const colourOf = (segment: SegmentName): string => `var(--segment-${segment})`;

export interface Slice {
  segment: SegmentName;
  value: number;
  /** Of the value, what was read from a cache, from 0 to 1. */
  cached: number;
}

/** What each segment is of the whole, in tokens or money; those that are nothing left out. */
export function slices(segments: readonly SegmentShare[], unit: "tokens" | "cost"): Slice[] {
  return segments.flatMap((one) => {
    const value = unit === "tokens" ? one.tokens : (approximate(one.cost) ?? 0);
    return value > 0
      ? [{ segment: one.segment, value, cached: one.tokens ? one.cache_read / one.tokens : 0 }]
      : [];
  });
}

export const sumOf = (parts: readonly Slice[]): number => parts.reduce((sum, part) => sum + part.value, 0);

/** The share of a prompt's tokens that were read from a cache; null of no tokens. */
export function cachedShare(segments: readonly SegmentShare[]): number | null {
  const all = segments.reduce((sum, one) => sum + one.tokens, 0);
  return all ? segments.reduce((sum, one) => sum + one.cache_read, 0) / all : null;
}

export interface Piece {
  /** null is a slot. */
  text: string | null;
}

/** The pieces of a wording with its slots between; an empty piece at an end is a slot there. */
export function pieces(literals: readonly string[]): Piece[] {
  const found: Piece[] = [];
  literals.forEach((text, at) => {
    if (at) found.push({ text: null });
    if (text) found.push({ text });
  });
  return found;
}

/** Whether there is any wording. */
export const isSaid = (literals: readonly string[]): boolean =>
  literals.some((text) => text !== "") || literals.length > 1;

export interface Change {
  kind: "same" | "gone" | "new";
  /** null is a slot. */
  text: string | null;
}

const MOST_WORDS = 4_000; // above, the two are shown whole: nobody reads a difference of that length

/** The words of two wordings, laid beside each other: those only the first has are gone, the others new. */
export function difference(before: readonly string[], after: readonly string[]): Change[] {
  const [old, now] = [words(before), words(after)];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (
    end < old.length - start &&
    end < now.length - start &&
    old[old.length - 1 - end] === now[now.length - 1 - end]
  )
    end += 1;
  const left = old.slice(start, old.length - end);
  const right = now.slice(start, now.length - end);
  const middle: Change[] =
    left.length > MOST_WORDS || right.length > MOST_WORDS
      ? [...left.map(as("gone")), ...right.map(as("new"))]
      : between(left, right);
  return joined([
    ...old.slice(0, start).map(as("same")),
    ...gathered(middle),
    ...old.slice(old.length - end).map(as("same")),
  ]);
}

/** Changes with nothing but blanks between them, as one: what is gone, and then what is new. */
function gathered(changes: Change[]): Change[] {
  const found: Change[] = [];
  let run: Change[] = [];
  const flush = () => {
    let last = run.length;
    while (last && run[last - 1]?.kind === "same") last -= 1;
    const of = (kind: Change["kind"]) =>
      run.slice(0, last).flatMap((one) => (one.kind === kind || one.kind === "same" ? [one.text] : []));
    const [gone, fresh] = [of("gone"), of("new")];
    const isOne = run.slice(0, last).some((one) => one.kind === "same");
    found.push(...(isOne ? [...gone.map(as("gone")), ...fresh.map(as("new"))] : run.slice(0, last)));
    found.push(...run.slice(last));
    run = [];
  };
  for (const change of changes) {
    const isBlank = change.kind === "same" && change.text !== null && !change.text.trim();
    if (change.kind !== "same" || (isBlank && run.length)) run.push(change);
    else {
      flush();
      found.push(change);
    }
  }
  flush();
  return found;
}

const as = (kind: Change["kind"]) => (text: string | null) => ({ kind, text });

function words(literals: readonly string[]): (string | null)[] {
  return pieces(literals).flatMap(({ text }) => (text === null ? [null] : (text.match(/\s+|[^\s]+/g) ?? [])));
}

/** The longest common subsequence, by a table of lengths from the end. */
function between(old: (string | null)[], now: (string | null)[]): Change[] {
  const width = now.length + 1;
  const lengths = new Uint16Array((old.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] as number;
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let j = now.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] =
        old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const found: Change[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      found.push({ kind: "same", text: old[i] as string | null });
      i += 1;
      j += 1;
    } else if (j >= now.length || (i < old.length && at(i + 1, j) >= at(i, j + 1))) {
      found.push({ kind: "gone", text: old[i] as string | null });
      i += 1;
    } else {
      found.push({ kind: "new", text: now[j] as string | null });
      j += 1;
    }
  }
  return found;
}

/** Words of one kind that follow each other, as one text; slots stay alone. */
function joined(changes: Change[]): Change[] {
  const found: Change[] = [];
  for (const change of changes) {
    const last = found.at(-1);
    if (last && last.kind === change.kind && last.text !== null && change.text !== null)
      last.text += change.text;
    else found.push({ ...change });
  }
  return found;
}
