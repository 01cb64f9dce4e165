/** What a comparison is asked as, and where its sides lead. */

import type { Query } from "../api.ts";
import { type Against, earlier } from "../lib/compared.ts";
import { endsOf } from "../lib/time.ts";
import { address } from "../router.svelte.ts";
import { scope } from "../scope.svelte.ts";
import type { Compare, ComparedSide } from "../types.ts";
import { t, write } from "../words/index.ts";

export const PARAMETERS = ["temperature", "top_p", "max_tokens"] as const;

/** The ends of both sides, where an address names them itself. */
export const ENDS = ["a.since", "a.until", "b.since", "b.until"] as const;

/** Without ends of its own. */
export const NO_ENDS = Object.fromEntries(ENDS.map((name) => [name, null])) as Record<string, null>;

/** The question about two periods: those that the address names, or the scope's and the one it is compared
 * with, which is a unless flipped. */
export function periods(against: Against, isFlipped: boolean): Query {
  const named = ENDS.map((name) => [name, address.parameters.get(name)] as const);
  if (named.every(([, at]) => at)) return scope.query(Object.fromEntries(named));
  const later = endsOf(scope.span, Date.now());
  const before = earlier(later, against);
  const [a, b] = isFlipped ? [later, before] : [before, later];
  const iso = (at: number) => new Date(at).toISOString();
  return scope.query({
    "a.since": iso(a.since),
    "a.until": iso(a.until),
    "b.since": iso(b.since),
    "b.until": iso(b.until),
  });
}

/** The runs of one side. */
export function behind(side: ComparedSide): string {
  const { since, until, project, filter } = side.scope;
  return address.to("runs", "", {
    range: null,
    since,
    until,
    project: project.map((one) => one.id),
    filter: filter || null,
    view: "runs",
  });
}

/** What a side is called, and how a sentence about it begins. */
export function callsOf(compare: Compare, side: "a" | "b"): { name: string; where: string; than: string } {
  const one = compare[side];
  if (compare.by !== null) {
    const name = one.label || t("none.given");
    return { name, where: t("compare.where.value", { value: name }), than: name };
  }
  const isLater = one.scope.since > compare[side === "a" ? "b" : "a"].scope.since;
  return {
    name: t(isLater ? "compare.later" : "compare.earlier"),
    where: t(isLater ? "compare.where.later" : "compare.where.earlier"),
    than: t(isLater ? "compare.than.later" : "compare.than.earlier"),
  };
}

export function spanOf({ scope: { since, until } }: ComparedSide): string {
  return `${write.clock(Date.parse(since))} – ${write.clock(Date.parse(until))}`;
}
