/** What is looked at of a trace: one selection, one hover, one zoom for tree, bars and flame alike. */

import type { Spot } from "../api.gen.ts";
import { flameOf } from "../lib/flame.ts";
import { partsOf, type TreeRun, wholeAmount } from "../lib/trace.ts";
import { type Clock, clockOf, ownStretches, parentsOf, pruned, unfolded } from "../lib/tree.ts";
import { address } from "../router.svelte.ts";
import { scope } from "../scope.svelte.ts";

export const ONLY = ["", "calls", "errors", "critical"] as const;
export type Only = (typeof ONLY)[number];

const WANTED: Record<Only, (run: TreeRun) => boolean> = {
  "": () => true,
  calls: (run) => run.usage_source !== "",
  errors: (run) => run.status === "error",
  critical: (run) => run.critical,
};

const MANY = 300; // runs: beyond, a flame of single ones has frames of a pixel

export class TraceView {
  /** The trace's runs, in pre-order. */
  readonly runs = $derived.by(() => this.read());
  folded = $state.raw<ReadonlySet<string>>(new Set());
  hover = $state("");
  now = $state(Date.now() / 1000);
  /** What the search found, and where. */
  found = $state.raw<ReadonlyMap<string, Spot[]>>(new Map());

  readonly places = $derived(new Map(this.runs.map((run, at) => [run.id, at])));
  readonly parents = $derived(parentsOf(this.runs));
  readonly clock = $derived<Clock>(clockOf(this.runs, this.now));
  readonly own = $derived(ownStretches(this.runs, this.now));

  readonly only = $derived<Only>(ONLY.find((one) => one === address.parameters.get("only")) ?? "");
  /** The stretch that is looked at, in seconds since the start; null: all of it. */
  readonly zoom = $derived.by<[number, number] | null>(() => {
    const [from, to] = (address.parameters.get("zoom") ?? "").split("~").map(Number);
    return from !== undefined && to !== undefined && from >= 0 && to > from ? [from, to] : null;
  });
  readonly shown = $derived.by<Clock>(() => {
    if (!this.zoom) return this.clock;
    const [from, to] = this.zoom;
    return { start: this.clock.start + from, length: to - from };
  });
  /** The runs of the stretch, and what they stand under. */
  readonly within = $derived.by(() => {
    if (!this.zoom) return this.runs;
    const { start, length } = this.shown;
    return pruned(this.runs, (run) => run.from <= start + length && (run.to ?? this.now) >= start);
  });
  readonly rows = $derived(
    unfolded(this.only ? pruned(this.within, WANTED[this.only]) : this.within, this.folded),
  );
  readonly deepest = $derived(this.runs.reduce((most, run) => Math.max(most, run.depth), 0));
  readonly matches = $derived(this.runs.filter((run) => this.found.has(run.id)).map((run) => run.id));

  readonly merged = $derived.by(() => {
    const asked = address.parameters.get("flame");
    return asked === "names" || (asked !== "runs" && this.runs.length > MANY);
  });
  readonly flame = $derived.by(() => {
    const unit = scope.unit;
    return flameOf(this.within, (run) => partsOf(run, unit), this.merged);
  });

  private readonly read: () => TreeRun[];
  private readonly chooses: (id: string) => void;

  constructor(read: () => TreeRun[], chooses: (id: string) => void) {
    this.read = read;
    this.chooses = chooses;
  }

  /** Looks at a run, wherever it is hidden. */
  select(id: string): void {
    this.reveal(id);
    this.chooses(id);
  }

  reveal(id: string): void {
    const at = this.places.get(id);
    if (at === undefined) return;
    const next = new Set(this.folded);
    for (let up = this.parents[at] as number; up >= 0; up = this.parents[up] as number)
      next.delete((this.runs[up] as TreeRun).id);
    if (next.size !== this.folded.size) this.folded = next;
    if (this.rows.some((run) => run.id === id)) return;
    address.change({ only: null, zoom: null }); // a filter or the zoom hides it
  }

  toggle(id: string, fold = !this.folded.has(id)): void {
    const next = new Set(this.folded);
    if (fold) next.add(id);
    else next.delete(id);
    this.folded = next;
  }

  /** Folds all that stands deeper than so many levels. */
  levels(count: number): void {
    this.folded = new Set(
      this.runs.filter((run) => run.children && run.depth >= count - 1).map((run) => run.id),
    );
  }

  /** Looks at a stretch, in seconds since the start; the way back is Back. */
  zoomTo(from: number, to: number): void {
    const least = Math.max(to - from, this.clock.length / 1e5);
    const places = Math.max(0, 2 - Math.floor(Math.log10(least)));
    const start = Math.max(0, from);
    address.change({ zoom: `${start.toFixed(places)}~${(start + least).toFixed(places)}` });
  }

  zoomToRun(id: string): void {
    const run = this.runs[this.places.get(id) ?? -1];
    if (!run) return;
    const to = run.to ?? this.now;
    const air = (to - run.from) * 0.02;
    this.zoomTo(run.from - this.clock.start - air, to - this.clock.start + air);
  }

  unzoom(): void {
    address.change({ zoom: null });
  }

  /** How much of its parent's amount a run has; null for one at the top, or when it is not known. */
  shareOfParent(run: TreeRun): number | null {
    const at = this.places.get(run.id);
    const above = at === undefined ? undefined : this.runs[this.parents[at] as number];
    const whole = above ? wholeAmount(above, scope.unit) : null;
    const own = wholeAmount(run, scope.unit);
    return whole && own !== null ? Math.min(1, own / whole) : null;
  }
}
