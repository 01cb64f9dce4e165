/** The rows of a question of any size: only the pages about what is looked at are read and kept.
 *
 * What is shown stands still: it is the answer of one look, whose ends in time are held. Who is at the top
 * looks anew when something changed; who has scrolled is told how many rows came, and goes up for them.
 */

import { untrack } from "svelte";
import { ask, Problem, type Query } from "../api.ts";
import { live } from "../live.svelte.ts";
import { session } from "../session.svelte.ts";
import type { ListedRun as RunRow } from "../types.ts";

export const PAGE = 100;
const KEPT = 24; // pages: 2,400 rows are some megabytes
const PAUSE = 60; // milliseconds: a bar that is dragged passes many pages and stops at one

interface Page {
  rows: RunRow[];
  next: string | null;
}

/** How many runs came between two looks, and in how many seconds. */
export interface Flow {
  came: number;
  seconds: number;
}

export class Rows {
  problem = $state.raw<Problem | null>(null);
  slow = $state(false);
  answered = $state(false);
  attempt = $state(0);
  /** How many there are; null while nobody has counted. */
  count = $state.raw<number | null>(null);
  /** How many came since, for whoever has scrolled. */
  newer = $state(0);
  /** More came at once than anybody reads. */
  flow = $state.raw<Flow | null>(null);
  /** Ids that came while the viewer was looking. */
  fresh = $state.raw<ReadonlySet<string>>(new Set());
  /** Whether the first row is in sight. */
  isAtTop = $state(true);

  /** Another for each question: what was scrolled goes back to the top. */
  turn = $state(0);

  private readonly question: () => Query;
  private pages = $state.raw<ReadonlyMap<number, Page>>(new Map());
  private look: Query = {};
  private lookedAt = 0;
  private known = "";
  private seen: [number, number] = [0, 0]; // pages in sight, both ends
  private coming = new Map<number, AbortController>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `question` gives the parameters but the page's; `key` what makes it another question. */
  constructor(question: () => Query, key: () => string) {
    this.question = question;
    $effect(() => {
      const now = key();
      void live.beat;
      void this.attempt;
      const stop = new AbortController();
      untrack(() => void this.again(now, stop));
      return () => stop.abort();
    });
    $effect(() => () => this.forget());
  }

  /** How many rows the table has room for. */
  get length(): number {
    const last = Math.max(-1, ...this.pages.keys());
    const page = this.pages.get(last);
    const read = page ? last * PAGE + page.rows.length : 0;
    if (page && page.next === null) return read;
    return Math.max(this.count ?? 0, read);
  }

  at(index: number): RunRow | undefined {
    return this.pages.get(Math.floor(index / PAGE))?.rows[index % PAGE];
  }

  indexOf(id: string): number {
    for (const [number, page] of this.pages) {
      const found = page.rows.findIndex((row) => row.id === id);
      if (found >= 0) return number * PAGE + found;
    }
    return -1;
  }

  /** The ends in time of what is shown. */
  get ends(): { since: string; until: string } {
    return { since: String(this.look.since ?? ""), until: String(this.look.until ?? "") };
  }

  retry(): void {
    this.attempt += 1;
  }

  /** Back to the first row, and what came meanwhile. */
  refresh(): void {
    this.isAtTop = true;
    this.retry();
  }

  /** These rows are in sight: reads what is missing, and what comes next. */
  see(first: number, last: number): void {
    const from = Math.floor(Math.max(first - PAGE / 4, 0) / PAGE);
    const to = Math.floor(Math.min(last + PAGE / 2, Math.max(this.length - 1, 0)) / PAGE);
    this.seen = [from, to];
    for (const [number, stop] of this.coming)
      if (number < from - 1 || number > to + 1) this.drop(number, stop);
    const missing = this.missing();
    if (!missing.length || this.timer !== undefined) return;
    const isNear = missing.some((number) => this.pages.has(number - 1) || this.pages.has(number + 1));
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        for (const number of this.missing()) void this.read(number);
      },
      isNear ? 0 : PAUSE,
    );
  }

  private missing(): number[] {
    const [from, to] = this.seen;
    const found: number[] = [];
    for (let number = from; number <= to; number += 1)
      if (!this.pages.has(number) && !this.coming.has(number)) found.push(number);
    return this.answered ? found : [];
  }

  private drop(number: number, stop: AbortController): void {
    stop.abort();
    this.coming.delete(number);
  }

  private forget(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const [number, stop] of this.coming) this.drop(number, stop);
  }

  private async again(key: string, stop: AbortController): Promise<void> {
    const isSame = key === this.known;
    if (isSame && !this.isAtTop) return this.held(stop);
    const before = isSame ? this.pages.get(0) : undefined;
    const since = isSame ? { ends: this.ends, at: this.lookedAt } : null;
    const query = this.question();
    const timer = setTimeout(() => (this.slow = true), 150);
    void this.counted(query, isSame, stop);
    try {
      const page = await ask("/runs", { ...query, limit: PAGE }, stop.signal);
      if (stop.signal.aborted) return;
      this.forget();
      const known = new Set(before?.rows.map((row) => row.id));
      const came = before ? page.rows.filter((row) => !known.has(row.id)).map((row) => row.id) : [];
      this.look = query;
      this.lookedAt = Date.now();
      this.known = key;
      if (!isSame) {
        this.isAtTop = true;
        this.turn += 1;
      }
      this.pages = new Map([[0, { rows: page.rows, next: page.next }]]);
      this.fresh = new Set(came);
      this.newer = 0;
      this.problem = null;
      this.answered = true;
      if (came.length < PAGE) this.flow = null;
      else if (since) await this.flowed(query, since.ends.until, since.at, stop);
    } catch (error) {
      if (!stop.signal.aborted) this.failed(error);
    } finally {
      clearTimeout(timer);
      if (!stop.signal.aborted) this.slow = false;
    }
  }

  private async counted(query: Query, isSame: boolean, stop: AbortController): Promise<void> {
    if (!isSame) this.count = null;
    try {
      const { count } = await ask("/count", plain(query), stop.signal);
      if (!stop.signal.aborted) this.count = count;
    } catch {
      // The rows say what is wrong; without a count the table grows as it is read.
    }
  }

  /** A whole page of new rows: how many were there? */
  private async flowed(query: Query, until: string, at: number, stop: AbortController): Promise<void> {
    if (!until || until >= String(query.until)) return;
    const { count } = await ask("/count", { ...plain(query), since: until }, stop.signal);
    if (!stop.signal.aborted) this.flow = { came: count, seconds: Math.max(1, (Date.now() - at) / 1000) };
  }

  /** What is in sight as it is now, and how many came after it. */
  private async held(stop: AbortController): Promise<void> {
    const now = this.question();
    try {
      const until = String(this.look.until);
      if (until < String(now.until)) {
        const { count } = await ask("/count", { ...plain(now), since: until }, stop.signal);
        if (!stop.signal.aborted) this.newer = count;
      }
      const [from, to] = this.seen;
      for (let number = from; number <= to; number += 1)
        if (!stop.signal.aborted && this.pages.has(number)) await this.read(number, stop);
    } catch (error) {
      if (!stop.signal.aborted) this.failed(error);
    }
  }

  private async read(number: number, stop = new AbortController()): Promise<void> {
    const key = this.known;
    const before = this.pages.get(number - 1);
    const where = before?.next ? { cursor: before.next } : { skip: number * PAGE };
    const isNew = !this.pages.has(number);
    if (isNew) this.coming.set(number, stop);
    try {
      const page = await ask("/runs", { ...this.look, limit: PAGE, ...where }, stop.signal);
      if (key !== this.known || stop.signal.aborted) return;
      this.keep(number, { rows: page.rows, next: page.next });
    } catch (error) {
      if (key === this.known && !stop.signal.aborted) this.failed(error);
    } finally {
      if (this.coming.get(number) === stop) this.coming.delete(number);
    }
  }

  /** Kept, and what is furthest from sight is let go. */
  private keep(number: number, page: Page): void {
    const pages = new Map(this.pages).set(number, page);
    const middle = (this.seen[0] + this.seen[1]) / 2;
    const far = [...pages.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle));
    for (const one of far.slice(0, Math.max(0, pages.size - KEPT))) pages.delete(one);
    this.pages = pages;
    this.problem = null;
  }

  private failed(error: unknown): void {
    this.problem = error instanceof Problem ? error : new Problem(0, "broken", String(error));
    if (this.problem.status === 401) void session.refresh();
  }
}

/** The question as it is asked of counts: they have no order. */
function plain(query: Query): Query {
  const { sort: _sort, order: _order, scores: _scores, ...rest } = query;
  return rest;
}
