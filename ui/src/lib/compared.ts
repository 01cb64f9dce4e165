/** From what the server says of two sides to what a page shows: periods, axes, and what may be said. */

import type { ComparedMeasure } from "../types.ts";

export interface Ends {
  since: number;
  until: number;
}

/** With which time a span is compared. */
export const AGAINST = ["before", "day", "week", "month"] as const;
export type Against = (typeof AGAINST)[number];

/** The earlier span: as long, and just before or at the same hours a day, a week or a month earlier. */
export function earlier({ since, until }: Ends, against: Against): Ends {
  if (against === "before") return { since: since - (until - since), until: since };
  return { since: ago(since, against), until: ago(until, against) };
}

/** The same hour of the viewer's clock, whatever daylight saving did meanwhile. */
function ago(at: number, against: Exclude<Against, "before">): number {
  const date = new Date(at);
  if (against === "month") {
    const day = date.getDate();
    date.setDate(1);
    date.setMonth(date.getMonth() - 1);
    date.setDate(Math.min(day, new Date(date.getFullYear(), date.getMonth() + 1, 0).getDate()));
  } else date.setDate(date.getDate() - (against === "day" ? 1 : 7));
  return date.getTime();
}

/** The calendar's spans, up to now, and what each is compared with. */
export const CALENDAR = ["today", "week", "month"] as const;
export type Calendar = (typeof CALENDAR)[number];

export function calendar(which: Calendar, now: number): Ends & { against: Against } {
  const start = new Date(now);
  start.setHours(0, 0, 0, 0);
  if (which === "week") start.setDate(start.getDate() - ((start.getDay() + 6) % 7));
  if (which === "month") start.setDate(1);
  return { since: start.getTime(), until: now, against: which === "today" ? "day" : which };
}

/** On what axis a difference is drawn: as a share of a, or, of shares and scores, as it is. */
export type Axis = "share" | "points" | "score";

export function axisOf(measure: ComparedMeasure): Axis {
  if (measure.unit === "share") return "points";
  return measure.unit === "score" ? "score" : "share";
}

export interface Whisker {
  value: number;
  low: number;
  high: number;
}

/** The difference on its axis; ends that have no bound are infinite. Null: nothing can be drawn. */
export function whisker(measure: ComparedMeasure): Whisker | null {
  const { difference, ratio } = measure;
  if (axisOf(measure) === "share") {
    if (ratio.value === null || ratio.low === null) return null;
    return { value: ratio.value - 1, low: ratio.low - 1, high: (ratio.high ?? Infinity) - 1 };
  }
  if (difference.value === null || difference.low === null || difference.high === null) return null;
  return { value: difference.value, low: difference.low, high: difference.high };
}

const LEAST: Record<Axis, number> = { share: 0.1, points: 0.05, score: 0.05 };
const MOST: Record<Axis, number> = { share: 1, points: 1, score: Infinity };

/** How far an axis reaches to each side of no difference, so that most of what is drawn fits. */
export function reach(whiskers: readonly Whisker[], axis: Axis): number {
  const ends = whiskers.flatMap((one) => [Math.abs(one.low), Math.abs(one.high)]).filter(Number.isFinite);
  return round(Math.min(Math.max(LEAST[axis], ...ends), MOST[axis]));
}

/** Up to the next of 1, 2, 5 and so on. */
function round(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((one) => one * power >= value - 1e-12) ?? 10;
  return step * power;
}

/** Where a value stands on an axis, from 0 to 1; what is beyond stands at its end. */
export function placed(value: number, most: number): number {
  return (Math.max(-most, Math.min(most, value)) + most) / (2 * most);
}

/** Whether b is clearly worse. */
export function isWorse(measure: ComparedMeasure): boolean {
  return measure.verdict === (measure.better === "low" ? "more" : "less");
}

export function isBetter(measure: ComparedMeasure): boolean {
  return measure.verdict === (measure.better === "low" ? "less" : "more");
}

/** Whether there is anything of it on either side. */
export function isThere(measure: ComparedMeasure): boolean {
  return measure.a.value !== null || measure.b.value !== null;
}

/** The interval of a difference without its sign, the smaller end first: "12 % to 31 %". */
export function extent({ low, high }: Whisker): [number, number] {
  const ends = [Math.abs(low), Math.abs(high)].sort((one, other) => one - other);
  return ends as [number, number];
}

/** A float as the decimal text that money is written from, rounded before its noise shows. */
export function decimalOf(value: number): string {
  if (value === 0) return "0";
  return Number(value.toPrecision(6))
    .toFixed(15)
    .replace(/\.?0+$/, "");
}
