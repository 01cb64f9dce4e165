/** The pages of rows read so far. New runs come in at the top; what was read below stays. */

import { untrack } from "svelte";
import { api, Problem, type Query } from "../api.ts";
import { live } from "../live.svelte.ts";
import { session } from "../session.svelte.ts";
import type { ListedRun as RunRow } from "../types.ts";

const PAGE = 100;

export class Rows {
  rows = $state.raw<RunRow[]>([]);
  next = $state.raw<string | null>(null);
  problem = $state.raw<Problem | null>(null);
  slow = $state(false);
  answered = $state(false);
  /** Ids that came while the viewer was looking. */
  fresh = $state.raw<ReadonlySet<string>>(new Set());
  attempt = $state(0);

  private reading = false;
  private last: Query = {};
  private known = "";

  /** `question` gives the parameters but the page's; `key` what makes it another question. */
  constructor(question: () => Query, key: () => string) {
    $effect(() => {
      void live.beat;
      void this.attempt;
      const query = question();
      const now = key();
      const stop = new AbortController();
      untrack(() => void this.top(query, now, stop));
      return () => stop.abort();
    });
  }

  retry(): void {
    this.attempt += 1;
  }

  private async top(query: Query, key: string, stop: AbortController): Promise<void> {
    const isSame = key === this.known;
    const timer = setTimeout(() => (this.slow = true), 150);
    try {
      const page = await api.runs({ ...query, limit: PAGE }, stop.signal);
      if (stop.signal.aborted) return;
      if (isSame && this.rows.length) this.merge(page.rows, page.next);
      else {
        this.rows = page.rows;
        this.next = page.next;
        this.fresh = new Set();
      }
      this.last = query;
      this.known = key;
      this.problem = null;
      this.answered = true;
    } catch (error) {
      if (!stop.signal.aborted) this.failed(error);
    } finally {
      clearTimeout(timer);
      if (!stop.signal.aborted) this.slow = false;
    }
  }

  /** The first page again: it replaces the rows it speaks of, and stands above the others. */
  private merge(top: RunRow[], next: string | null): void {
    const before = new Set(this.rows.map((row) => row.id));
    const now = new Set(top.map((row) => row.id));
    const came = top.filter((row) => !before.has(row.id)).map((row) => row.id);
    if (next === null || came.length === top.length) {
      // All of it fits on this page, or a whole page came at once and there may be a gap.
      this.rows = top;
      this.next = next;
    } else this.rows = [...top, ...this.rows.filter((row) => !now.has(row.id))];
    this.fresh = new Set(came);
  }

  async more(): Promise<void> {
    if (this.reading || this.next === null) return;
    this.reading = true;
    const key = this.known;
    try {
      const page = await api.runs({ ...this.last, limit: PAGE, cursor: this.next });
      if (key !== this.known) return;
      const before = new Set(this.rows.map((row) => row.id));
      this.rows = [...this.rows, ...page.rows.filter((row) => !before.has(row.id))];
      this.next = page.next;
    } catch (error) {
      if (key === this.known) this.failed(error);
    } finally {
      this.reading = false;
    }
  }

  private failed(error: unknown): void {
    this.problem = error instanceof Problem ? error : new Problem(0, "broken", String(error));
    if (this.problem.status === 401) void session.refresh();
  }
}
