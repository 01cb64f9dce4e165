/** The parts of a total's coverage, and the filter that finds the calls of each. */

import type { Coverage } from "../types.ts";

export type Part = Exclude<keyof Coverage, "calls">;

const COUNTED = "eq(counted, true)";
const from = (source: string) => [COUNTED, `eq(usage_source, "${source}")`];
// What was estimated or is unknown is neither priced nor unpriced: it is in no sum of money.
const SURE = ['neq(usage_source, "estimated")', 'neq(usage_source, "unknown")'];

/** In the order in which they are told. */
export const PARTS: Record<Part, string[]> = {
  priced: [COUNTED, "eq(priced, true)", ...SURE],
  unpriced: [COUNTED, "eq(priced, false)", ...SURE],
  reported: from("reported"),
  counted: from("counted"),
  estimated: from("estimated"),
  unknown: from("unknown"),
  settling: [COUNTED, 'eq(status, "pending")'],
  marked: [COUNTED, "eq(marked, true)"],
};

/** Those of them that say something: some calls are in them, and the total is not simply all reported. */
export function partsOf(coverage: Coverage): { part: Part; calls: number; filter: string[] }[] {
  return (Object.keys(PARTS) as Part[])
    .map((part) => ({ part, calls: coverage[part], filter: PARTS[part] }))
    .filter(({ part, calls }) => calls > 0 || part === "priced");
}

/** How many calls are missing from a total of money. */
export function missing(coverage: Coverage): number {
  return coverage.unpriced + coverage.unknown + coverage.estimated;
}
