/** The runs of a trace, told in pre-order, as rows that fold and as bars on one clock. */

import type { Subtree as Told, Trace, TreeRun as Row } from "../api.gen.ts";
import { BUCKETS, type Tokens } from "../types.ts";
import { seconds } from "./time.ts";

/** What a run and all below it used. */
export type Subtree = Omit<Told, "tokens"> & { tokens: Tokens };

/** A run in its place; of one that nothing is below, the subtree is itself. */
export type TreeRun = Omit<Row, "tokens" | "subtree"> & { tokens: Tokens; subtree: Subtree };

const KNOWN = [...BUCKETS, "input", "output", "total"] as const;
const tokensOf = (told: Record<string, number>) =>
  Object.fromEntries(KNOWN.map((bucket) => [bucket, told[bucket] ?? null])) as Record<
    keyof Tokens,
    number | null
  >;

/** The runs of a trace as it is told: there what is unknown is left out. */
export function runsOf(trace: Trace): TreeRun[] {
  return trace.runs.map((row) => {
    const tokens = tokensOf(row.tokens);
    const subtree = row.subtree
      ? { ...row.subtree, tokens: tokensOf(row.subtree.tokens) }
      : alone(row, tokens);
    return { ...row, tokens, subtree };
  });
}

function alone(row: Row, tokens: Tokens): Subtree {
  const isEstimated = row.counted && row.usage_source === "estimated";
  const isBilled = row.counted && !isEstimated;
  const isKnown = row.usage_source !== "unknown" && row.usage_source !== "";
  const calls = Number(row.counted);
  return {
    tokens: isBilled ? tokens : tokensOf({}),
    cost: isBilled ? row.cost : null,
    calls,
    estimated: { calls: Number(isEstimated), cost: isEstimated ? row.cost : null },
    coverage: {
      calls,
      priced: Number(isBilled && isKnown && row.cost !== null),
      unpriced: Number(isBilled && isKnown && row.cost === null),
      reported: Number(row.counted && row.usage_source === "reported"),
      counted: Number(row.counted && row.usage_source === "counted"),
      estimated: Number(isEstimated),
      unknown: Number(row.counted && !isKnown),
      settling: Number(row.counted && row.status === "pending"),
      marked: Number(row.counted && row.notes.length > 0),
    },
  };
}

export interface Branch {
  id: string;
  parent_id: string | null;
  depth: number;
  children: number;
  started_at: string;
  ended_at: string | null;
}

export interface Clock {
  start: number;
  length: number;
}

/** From the first start to the last end, in seconds; never of length 0. */
export function clockOf(runs: Branch[], now: number): Clock {
  let start = Infinity;
  let end = -Infinity;
  for (const run of runs) {
    const begins = seconds(run.started_at);
    start = Math.min(start, begins);
    end = Math.max(end, run.ended_at ? seconds(run.ended_at) : Math.min(now, begins + 3600), begins);
  }
  return { start, length: Math.max(end - start, 0.001) };
}

/** The rows on show when some are folded: what stands under those is left out. */
export function unfolded<T extends Branch>(runs: T[], folded: ReadonlySet<string>): T[] {
  const shown: T[] = [];
  let hiddenBelow = Infinity;
  for (const run of runs) {
    if (run.depth > hiddenBelow) continue;
    hiddenBelow = folded.has(run.id) && run.children > 0 ? run.depth : Infinity;
    shown.push(run);
  }
  return shown;
}

/** The row that stands for the parent: the nearest earlier one of less depth. */
export function parentRow(rows: Branch[], at: number): number {
  const depth = rows[at]?.depth ?? 0;
  for (let row = at - 1; row >= 0; row -= 1) if ((rows[row] as Branch).depth < depth) return row;
  return at;
}

/** The stretches of each run that none of its children covers: its own work, [from, to] in seconds. */
export function ownStretches(runs: Branch[], now: number): Map<string, [number, number][]> {
  const ends = (run: Branch): [number, number] => {
    const begins = seconds(run.started_at);
    return [begins, Math.max(begins, run.ended_at ? seconds(run.ended_at) : now)];
  };
  const below = new Map<string, [number, number][]>();
  const path: Branch[] = [];
  for (const run of runs) {
    path.length = Math.min(run.depth, path.length);
    const parent = path.at(-1);
    if (parent) {
      const list = below.get(parent.id) ?? [];
      list.push(ends(run));
      below.set(parent.id, list);
    }
    path.push(run);
  }
  return new Map(runs.map((run) => [run.id, without(ends(run), below.get(run.id) ?? [])]));
}

function without([from, to]: [number, number], covers: [number, number][]): [number, number][] {
  const left: [number, number][] = [];
  let at = from;
  for (const [begins, ends] of [...covers].sort((one, other) => one[0] - other[0])) {
    if (begins > at) left.push([at, Math.min(begins, to)]);
    at = Math.max(at, ends);
    if (at >= to) break;
  }
  if (at < to) left.push([at, to]);
  return left.filter(([begins, ends]) => ends > begins);
}

/** Round moments to write over a waterfall: at most `most` of them, in seconds from its start. */
export function ticks(length: number, most: number): number[] {
  const rough = length / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((by) => by * power).find((size) => size >= rough) ?? rough;
  const marks: number[] = [];
  for (let count = 0; count * step <= length * 1.0001; count += 1) marks.push(count * step);
  return marks;
}

const COLOURED = new Set(["llm", "embedding", "agent", "tool", "retriever"]);

/** The kind whose colour the bar of a run has: what only holds others together looks alike. */
export function barKind(kind: string): string {
  return COLOURED.has(kind) ? kind : "chain";
}

/** How wide a tree of names must be for none to be cut, in pixels, by the mean width of a letter. */
export function nameWidth(
  runs: readonly { depth: number; name: string; model: string; status: string; orphan?: boolean }[],
): number {
  const MARKS = 62; // what folds, the kind, and the gaps
  return Math.max(
    0,
    ...runs.map(
      (run) =>
        MARKS +
        Math.min(run.depth, 24) * 16 +
        Math.min(run.name.length, 60) * 7.4 +
        (run.model ? 8 + Math.min(run.model.length, 40) * 6.7 : 0) +
        (run.status === "error" ? 18 : 0) +
        (run.orphan ? 90 : 0),
    ),
  );
}
