/** The way of a month: running sums of its days, of the days before, and of what is still to come. */

import type { Month } from "../api.gen.ts";
import { sum } from "./decimal.ts";

export interface Step {
  /** How many days of the month have passed, as a fraction. */
  day: number;
  amount: number;
}

export interface Way {
  length: number; // days of this month; one more of the month before is not drawn
  now: Step[];
  before: Step[];
  ahead: { day: number; low: number; middle: number; high: number }[];
  /** What the month before came to; null if that is not known. */
  whole: string | null;
  /** When in the month before runs only began to come in; null: they came from its start on. */
  recordedSince: string | null;
}

const DAY = 86_400_000;

/** Days on which nothing is known add nothing: the chart says of how many calls it is. */
export function wayOf(month: Month): Way {
  const start = Date.parse(month.since);
  const at = Date.parse(month.at);
  const passed = (month.days.length ? month.days.length - 1 : 0) + shareOfToday(month, at);
  const now = running(month.days, passed);
  const first = month.recorded_since ? Date.parse(month.recorded_since) : Infinity;
  const skipped = month.before.filter((day) => Date.parse(day.start) + DAY <= first).length;
  const before =
    skipped < month.before.length ? running(month.before, month.before.length).slice(skipped) : [];
  const length = Math.round((Date.parse(month.until) - start) / DAY);
  const here = now.at(-1);
  const ahead = (month.forecast?.path ?? []).map((point, index) => ({
    day: month.days.length + index,
    low: Number(point.low),
    middle: Number(point.middle),
    high: Number(point.high),
  }));
  if (ahead.length && here)
    ahead.unshift({ day: here.day, low: here.amount, middle: here.amount, high: here.amount });
  return {
    length,
    now,
    before: before.filter((step) => step.day <= length),
    ahead,
    whole: before.length ? sum(month.before.map((day) => day.amount)) : null,
    recordedSince:
      before.length && Date.parse(month.before[0]?.start ?? "") < first ? month.recorded_since : null,
  };
}

function running(days: Month["days"], passed: number): Step[] {
  const steps: Step[] = [{ day: 0, amount: 0 }];
  let amount = 0;
  days.forEach((day, index) => {
    amount += Number(day.amount ?? 0);
    steps.push({ day: Math.min(index + 1, passed), amount });
  });
  return steps;
}

function shareOfToday(month: Month, at: number): number {
  const today = month.days.at(-1);
  return today ? Math.min(1, Math.max(0, (at - Date.parse(today.start)) / DAY)) : 0;
}
