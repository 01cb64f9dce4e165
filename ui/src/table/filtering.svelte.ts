/** The filter of the page, as the server reads it: term by term. */

import { ask } from "../api.ts";
import { asked } from "../asked.svelte.ts";
import { joined } from "../lib/filter.ts";
import { scope } from "../scope.svelte.ts";

export interface Term {
  filter: string;
  line: string;
  by: string | null;
  values: string[];
  excludes: boolean;
}

export class Filtering {
  private readonly answer = asked(
    async (signal) => {
      const text = scope.filter;
      if (!text) return { text, filter: "", line: "", terms: [] as Term[], fault: null };
      return { text, ...(await ask("/filter", { text }, signal)) };
    },
    { live: false },
  );
  private readonly known = $derived(this.answer.data);

  /** What is told here is of the filter that the address says. */
  readonly isSettled = $derived(this.known?.text === scope.filter);
  /** As people type it; while nobody knows, as the address says it. */
  readonly line = $derived(this.isSettled ? (this.known?.line ?? "") : scope.filter);
  readonly terms = $derived<Term[]>(this.known?.terms ?? []);
  readonly fault = $derived(this.isSettled ? (this.known?.fault ?? null) : null);
  /** In the notation that is kept, which other pages can add to. */
  readonly filter = $derived(this.isSettled ? (this.known?.filter ?? "") : "");

  /** The values of a dimension that are kept, or those that are left out. */
  valuesOf(by: string, excludes: boolean): string[] {
    const found = this.terms.filter((term) => term.by === by && term.excludes === excludes);
    return [...new Set(found.flatMap((term) => term.values))];
  }

  /** The conditions that are not a choice of this dimension. */
  partsBut(by: string): string[] {
    return this.terms.filter((term) => term.by !== by).map((term) => term.filter);
  }

  others(by: string): string {
    return joined(this.partsBut(by));
  }

  drop(term: Term): void {
    scope.setFilter(joined(this.terms.filter((one) => one !== term).map((one) => one.filter)));
  }
}
