/** "Something changed": the server's hint, at a pace at which pages can ask again. */

import { LIVE, pending, toil } from "./api.ts";

const PACE = 1500; // milliseconds between two hints passed on: faster than this nobody reads
const REST = 6; // and at least so many times what the slowest answer took: who looks must not weigh on it
const SILENCE = 50_000; // the server says something every 15 s: after this the line is dead, if nobody said so
const WATCH = 5_000;
const MINUTE = 60_000; // the end of "the last 24 hours" moves on without any run

export type Line = "open" | "waiting" | "off";

class Live {
  /** Read it in an effect to run again when something changed. */
  beat = $state(0);
  line = $state<Line>("waiting");
  paused = $state(false);

  private source: EventSource | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private minute: ReturnType<typeof setInterval> | undefined;
  private watch: ReturnType<typeof setInterval> | undefined;
  private heard = 0;
  private again: ReturnType<typeof setTimeout> | undefined;
  private patience = 1000;
  private due = false;
  private last = 0;

  start(): void {
    this.stop();
    this.connect();
    this.minute = setInterval(() => this.hint(), MINUTE);
    this.watch = setInterval(() => this.listen(), WATCH);
    document.addEventListener("visibilitychange", this.seen);
    addEventListener("online", this.back);
  }

  stop(): void {
    this.source?.close();
    this.source = null;
    clearTimeout(this.timer);
    this.timer = undefined;
    clearTimeout(this.again);
    clearInterval(this.minute);
    clearInterval(this.watch);
    removeEventListener("online", this.back);
    document.removeEventListener("visibilitychange", this.seen);
  }

  toggle(): void {
    this.paused = !this.paused;
    if (!this.paused && this.due) this.hint();
  }

  /** Something changed, and it was this page that knows. */
  nudge(): void {
    this.hint();
  }

  private connect(): void {
    this.source?.close();
    const source = new EventSource(LIVE);
    this.source = source;
    this.heard = Date.now();
    source.addEventListener("still", () => (this.heard = Date.now()));
    source.addEventListener("open", () => {
      this.heard = Date.now();
      if (this.line === "off") this.hint(); // what happened meanwhile was missed
      this.line = "open";
      this.patience = 1000;
    });
    source.addEventListener("changed", () => {
      this.heard = Date.now();
      this.hint();
    });
    source.addEventListener("error", () => {
      this.line = "off";
      source.close();
      // Our own pace: a browser gives up after an answer that is not a stream.
      clearTimeout(this.again);
      this.again = setTimeout(() => this.connect(), this.patience);
      this.patience = Math.min(this.patience * 2, 30_000);
    });
  }

  /** A line may die without a word: the machine slept, a router forgot it. Then it is laid anew. */
  private listen(): void {
    if (this.line === "open" && Date.now() - this.heard > SILENCE) this.lay();
  }

  private readonly back = () => this.lay();

  private lay(): void {
    this.line = "off"; // so that what happened meanwhile is asked for
    clearTimeout(this.again);
    this.connect();
  }

  private readonly seen = () => {
    if (!document.hidden && this.due) this.hint();
  };

  private hint(): void {
    this.due = true;
    if (this.paused || document.hidden || this.timer !== undefined) return;
    const pace = Math.max(PACE, REST * toil());
    this.timer = setTimeout(() => this.pass(), Math.max(0, this.last + pace - Date.now()));
  }

  private pass(): void {
    this.timer = undefined;
    if (this.paused || document.hidden) return;
    if (pending() > 0) {
      // Asking again would abort answers under way, and a slow server would never be heard.
      this.timer = setTimeout(() => this.pass(), 300);
      return;
    }
    this.due = false;
    this.last = Date.now();
    this.beat += 1;
  }
}

export const live = new Live();
