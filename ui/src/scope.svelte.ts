/** What the page is about: projects, a span of time, a filter, a unit. It lives in the address bar. */

import type { Query } from "./api.ts";
import { type Unit, UNITS } from "./lib/stack.ts";
import { DEFAULT_PRESET, endsOf, type Preset, readSpan } from "./lib/time.ts";
import { address } from "./router.svelte.ts";
import { ZONE } from "./words/index.ts";

class Scope {
  // As texts first: what is not changed in the address asks nothing anew.
  private readonly spanText = $derived(
    JSON.stringify(["range", "since", "until"].map((name) => [name, address.parameters.get(name) ?? ""])),
  );
  private readonly projectsText = $derived(JSON.stringify(address.parameters.getAll("project")));
  readonly span = $derived(readSpan(new URLSearchParams(JSON.parse(this.spanText) as string[][])));
  readonly projects = $derived(JSON.parse(this.projectsText) as string[]);
  readonly filter = $derived(address.parameters.get("filter") ?? "");
  readonly unit = $derived<Unit>(UNITS.find((unit) => unit === address.parameters.get("unit")) ?? "cost");

  /** The day at whose prices amounts are shown; empty: as recorded. */
  readonly prices = $derived(address.parameters.get("prices") ?? "");
  readonly currency = $derived(address.parameters.get("currency") ?? "");

  /** The parameters of a question, as of now. */
  query(more: Query = {}): Query {
    const { since, until } = endsOf(this.span, Date.now());
    return {
      since: new Date(since).toISOString(),
      until: new Date(until).toISOString(),
      project: this.projects,
      filter: this.filter,
      prices: this.prices,
      currency: this.currency,
      ...more,
    };
  }

  get zone(): string {
    return ZONE;
  }

  get isZoomed(): boolean {
    return "since" in this.span;
  }

  setPreset(preset: Preset): void {
    address.change({ range: preset === DEFAULT_PRESET ? null : preset, since: null, until: null });
  }

  /** Narrow to what was brushed; Back undoes it. */
  zoom(since: number, until: number): void {
    address.change({
      since: new Date(since).toISOString(),
      until: new Date(until).toISOString(),
    });
  }

  /** Out of all zooms, to the span that was chosen before. */
  unzoom(): void {
    if (this.isZoomed) address.change({ since: null, until: null });
  }

  setProjects(projects: string[]): void {
    address.change({ project: projects });
  }

  setFilter(filter: string): void {
    address.change({ filter: filter || null });
  }

  setPrices(day: string): void {
    address.change({ prices: day || null });
  }

  setCurrency(currency: string): void {
    address.change({ currency: currency === "USD" ? null : currency });
  }

  /** Amounts as they were recorded, in dollars. */
  resetMoney(): void {
    address.change({ prices: null, currency: null });
  }

  setUnit(unit: Unit): void {
    address.change({ unit: unit === "cost" ? null : unit }, true);
  }
}

export const scope = new Scope();
