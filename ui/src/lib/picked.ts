/** What the rows that somebody picked add up to. A run inside of another is in both: each is what it says. */

import { sum } from "./decimal.ts";

interface Used {
  tokens: { total: number | null };
  cost: string | null;
}

export interface Picked extends Used {
  counted: boolean;
  usage_source: string;
  kind: string;
  totals?: (Used & { calls: number; coverage: { priced: number } }) | null;
}

export interface Sums {
  tokens: number | null;
  cost: string | null;
  calls: number;
  /** Of the calls, those whose price is known. */
  priced: number;
}

/** Of traces what each used in all; of runs what the counted ones say of themselves. */
export function sumsOf(rows: Iterable<Picked>, traces: boolean): Sums {
  const parts: { tokens: number | null; cost: string | null; calls: number; priced: number }[] = [];
  for (const row of rows) {
    if (traces && row.totals) {
      const { tokens, cost, calls, coverage } = row.totals;
      parts.push({ tokens: tokens.total, cost, calls, priced: coverage.priced });
    } else if (!traces && row.counted) {
      // An estimate stands beside the sums, never in them.
      const isEstimate = row.usage_source === "estimated";
      const cost = isEstimate ? null : row.cost;
      parts.push({
        tokens: isEstimate ? null : row.tokens.total,
        cost,
        calls: 1,
        priced: cost === null ? 0 : 1,
      });
    }
  }
  const known = parts.flatMap((part) => (part.tokens === null ? [] : part.tokens));
  return {
    tokens: known.length ? known.reduce((all, one) => all + one, 0) : null,
    cost: sum(parts.map((part) => part.cost)),
    calls: parts.reduce((all, part) => all + part.calls, 0),
    priced: parts.reduce((all, part) => all + part.priced, 0),
  };
}
