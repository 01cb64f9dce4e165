/** A trace as the server tells it, made ready to be looked at. */

import type { Subtree as Told, Trace, TreeRun as Row } from "../api.gen.ts";
import { BUCKETS, type Tokens } from "../types.ts";
import { approximate } from "./decimal.ts";
import type { Unit } from "./stack.ts";
import { seconds } from "./time.ts";
import { barKind, type Branch } from "./tree.ts";

/** What a run and all below it used. */
export type Subtree = Omit<Told, "tokens"> & { tokens: Tokens };

/** A run in its place; of one that nothing is below, the subtree is itself. */
export type TreeRun = Omit<Row, "tokens" | "subtree"> & Branch & { tokens: Tokens; subtree: Subtree };

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
    const to = row.ended_at === null ? null : seconds(row.ended_at);
    return { ...row, tokens, subtree, from: seconds(row.started_at), to };
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

/** What a run used itself by a unit: what its bar in the flame is wide. Null: unknown, or nothing to know. */
export function ownAmount(run: TreeRun, unit: Unit): number | null {
  if (unit === "time") return run.self_seconds;
  if (!run.counted || run.usage_source === "estimated") return null;
  return unit === "tokens" ? run.tokens.total : approximate(run.cost);
}

/** What a run and all below it used by a unit: what its row of the tree tells. */
export function wholeAmount(run: TreeRun, unit: Unit): number | null {
  if (unit === "time") return run.latency;
  return unit === "tokens" ? run.subtree.tokens.total : approximate(run.subtree.cost);
}

/** What the own amount of a run is made of: tokens or cost by bucket, time by kind. */
export function partsOf(run: TreeRun, unit: Unit): [string, number][] {
  const own = ownAmount(run, unit);
  if (own === null || own <= 0) return [];
  if (unit === "time") return [[`kind-${barKind(run.kind)}`, own]];
  if (unit === "tokens") {
    const known = BUCKETS.map((bucket): [string, number] => [bucket, run.tokens[bucket] ?? 0]);
    const used = known.filter(([, tokens]) => tokens > 0);
    const rest = own - used.reduce((all, [, tokens]) => all + tokens, 0);
    return rest > 0 ? [...used, ["whole", rest]] : used;
  }
  const parts = Object.entries(run.cost_of).map(([bucket, cost]): [string, number] => [bucket, Number(cost)]);
  return parts.length ? parts.filter(([, cost]) => cost > 0) : [["whole", own]];
}
