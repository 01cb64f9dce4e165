/** Cells in words, and where a value of a dimension leads. */

import { facetCondition, narrowed } from "../lib/filter.ts";
import type { Measure } from "../lib/pivot.ts";
import { address } from "../router.svelte.ts";
import { scope } from "../scope.svelte.ts";
import type { PivotCell, PivotValue } from "../types.ts";
import { t, write } from "../words/index.ts";

/** What a cell says of a measure; a dash for what is not known, nothing where nothing happened. */
export function told(cell: PivotCell | null, measure: Measure): string {
  if (!cell) return "";
  switch (measure) {
    case "cost":
      return cell.cost === null ? "–" : write.money(cell.cost);
    case "tokens":
      return cell.tokens === null ? "–" : write.short(cell.tokens);
    case "time":
      return cell.latency.p50 === null ? "–" : write.duration(cell.latency.p50);
    case "calls":
      return write.short(cell.coverage.calls);
    default:
      return write.short(cell.failed_calls);
  }
}

/** What a row or a column is called. */
export function nameOf(one: PivotValue, others: number): string {
  if (one.value === null) return t("explore.others", { n: others });
  return one.label || t("none.given");
}

function condition(by: string, value: string): string {
  return by === "tag" && value === "" ? "eq(tags, null)" : facetCondition(by, value);
}

/** The filter with these values of these dimensions; null stands for the others, which no filter names. */
export function filterOf(places: readonly { by: string; value: string | null }[]): string | null {
  const conditions: string[] = [];
  for (const { by, value } of places) {
    if (value === null) return null;
    conditions.push(condition(by, value));
  }
  return narrowed(scope.filter, conditions);
}

/** The runs behind a cell, a row or a column; null for the others. */
export function behind(places: readonly { by: string; value: string | null }[]): string | null {
  const filter = filterOf(places);
  return filter === null ? null : address.to("runs", "", { filter: filter || null, view: "runs" });
}
