/** An answer that keeps itself up to date: asked again when what the question reads changes, or live beats. */

import { untrack } from "svelte";
import { Problem } from "./api.ts";
import { live } from "./live.svelte.ts";
import { session } from "./session.svelte.ts";

const PATIENCE = 150; // milliseconds before a wait is worth showing

let late = $state(0);

/** Whether something has been waited for long enough to say so. */
export const isWaiting = () => late > 0;

export class Answer<T> {
  data = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** Waiting for long enough to say so. */
  slow = $state(false);
  attempt = $state(0);

  retry(): void {
    this.attempt += 1;
  }
}

/** Call while a component is made. A question that gives null is not asked. */
export function asked<T>(
  question: (signal: AbortSignal) => Promise<T> | null,
  options: { live?: boolean } = {},
): Answer<T> {
  const answer = new Answer<T>();
  $effect(() => {
    void answer.attempt;
    if (options.live !== false) void live.beat;
    const stop = new AbortController();
    const coming = question(stop.signal);
    if (!coming) return;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = answer.slow = true;
      late += 1;
    }, PATIENCE);
    const settle = () => {
      clearTimeout(timer);
      if (isLate) late -= 1;
      isLate = answer.slow = false;
    };
    untrack(() => {
      coming.then(
        (data) => {
          if (stop.signal.aborted) return;
          settle();
          answer.data = data;
          answer.problem = null;
        },
        (error: unknown) => {
          if (stop.signal.aborted) return;
          settle();
          answer.problem = error instanceof Problem ? error : new Problem(0, "broken", String(error));
          if (answer.problem.status === 401) void session.refresh();
        },
      );
    });
    return () => {
      stop.abort();
      untrack(settle);
    };
  });
  return answer;
}
