import assert from "node:assert/strict";
import { test } from "node:test";
import type { Month } from "../api.gen.ts";
import { wayOf } from "./month.ts";

const day = (start: string, amount: string | null) => ({
  start,
  amount,
  calls: 1,
  known: amount === null ? 0 : 1,
});
const MONTH: Month = {
  unit: "cost",
  prices: "recorded",
  currency: "USD",
  zone: "UTC",
  since: "2026-02-01T00:00:00Z",
  until: "2026-03-01T00:00:00Z",
  at: "2026-02-02T12:00:00Z",
  spent: "3.5",
  recorded_since: "2025-12-01T00:00:00Z",
  days: [day("2026-02-01T00:00:00Z", "1.5"), day("2026-02-02T00:00:00Z", "2")],
  before: [day("2026-01-01T00:00:00Z", "0.1"), day("2026-01-02T00:00:00Z", "0.2")],
  forecast: {
    level: 0.8,
    days: 28,
    path: [{ at: "2026-02-03T00:00:00Z", low: "4", middle: "5", high: "6" }],
  },
  why: null,
  whole_days: 28,
  needed_days: 14,
};

test("days add up, and today has gone as far as the clock", () => {
  const way = wayOf(MONTH);
  assert.deepEqual(way.now, [
    { day: 0, amount: 0 },
    { day: 1, amount: 1.5 },
    { day: 1.5, amount: 3.5 },
  ]);
  assert.equal(way.length, 28);
  assert.equal(way.whole, "0.3");
});

test("days before the first run are not drawn as if nothing had been spent on them", () => {
  const way = wayOf({ ...MONTH, recorded_since: "2026-01-02T08:00:00Z" });
  assert.deepEqual(way.before, [
    { day: 1, amount: 0.1 },
    { day: 2, amount: 0.1 + 0.2 },
  ]);
  assert.equal(way.recordedSince, "2026-01-02T08:00:00Z");
  assert.deepEqual(wayOf({ ...MONTH, recorded_since: "2026-02-01T08:00:00Z" }).before, []);
});

test("the forecast starts where the month is", () => {
  assert.deepEqual(wayOf(MONTH).ahead, [
    { day: 1.5, low: 3.5, middle: 3.5, high: 3.5 },
    { day: 2, low: 4, middle: 5, high: 6 },
  ]);
});
