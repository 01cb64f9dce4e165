import assert from "node:assert/strict";
import { test } from "node:test";
import type { ComparedMeasure } from "../types.ts";
import {
  calendar,
  decimalOf,
  earlier,
  extent,
  isBetter,
  isWorse,
  placed,
  reach,
  whisker,
} from "./compared.ts";

process.env.TZ = "Europe/Paris";
const at = (text: string) => new Date(text).getTime();
const nothing = { value: null, exact: null, low: null, high: null, traces: 0 };

function measure(said: Partial<ComparedMeasure>): ComparedMeasure {
  return {
    name: "cost_per_call",
    unit: "money",
    a: nothing,
    b: nothing,
    difference: { value: null, exact: null, low: null, high: null },
    ratio: { value: null, low: null, high: null },
    verdict: "unclear",
    better: "low",
    method: "",
    ...said,
  };
}

test("a span is compared with the one before, or with the same hours earlier", () => {
  const span = { since: at("2026-03-18T00:00"), until: at("2026-03-18T12:00") };
  assert.deepEqual(earlier(span, "before"), { since: at("2026-03-17T12:00"), until: at("2026-03-18T00:00") });
  assert.deepEqual(earlier(span, "day"), { since: at("2026-03-17T00:00"), until: at("2026-03-17T12:00") });
  assert.deepEqual(earlier(span, "week"), { since: at("2026-03-11T00:00"), until: at("2026-03-11T12:00") });
});

test("daylight saving does not move the hours", () => {
  const monday = { since: at("2026-03-30T00:00"), until: at("2026-03-30T09:00") };
  assert.equal(earlier(monday, "week").since, at("2026-03-23T00:00"));
});

test("a month earlier, a long month ends with the short one", () => {
  const span = { since: at("2026-03-01T00:00"), until: at("2026-03-31T10:00") };
  assert.deepEqual(earlier(span, "month"), { since: at("2026-02-01T00:00"), until: at("2026-02-28T10:00") });
});

test("a week begins on Monday", () => {
  assert.equal(calendar("week", at("2026-03-22T23:00")).since, at("2026-03-16T00:00"));
  assert.equal(calendar("week", at("2026-03-16T00:30")).since, at("2026-03-16T00:00"));
  assert.equal(calendar("month", at("2026-03-22T23:00")).since, at("2026-03-01T00:00"));
  assert.equal(calendar("today", at("2026-03-22T23:00")).against, "day");
});

test("money and time differ by shares of a, shares and scores as they are", () => {
  const cost = measure({ ratio: { value: 0.8, low: 0.7, high: 0.9 } });
  const drawn = whisker(cost);
  assert.ok(drawn);
  assert.deepEqual(
    [drawn.value, drawn.low, drawn.high].map((one) => Number(one.toFixed(6))),
    [-0.2, -0.3, -0.1],
  );
  const hits = measure({ unit: "share", difference: { value: 0.1, exact: null, low: 0.05, high: 0.15 } });
  assert.equal(whisker(hits)?.value, 0.1);
});

test("a ratio without a bound is drawn to the end, one without an interval not at all", () => {
  assert.equal(whisker(measure({ ratio: { value: 2, low: 0.5, high: null } }))?.high, Infinity);
  assert.equal(whisker(measure({ ratio: { value: 2, low: null, high: null } })), null);
});

test("an axis reaches to a round end, and no further than all or twice", () => {
  assert.equal(reach([{ value: 0, low: -0.13, high: 0.05 }], "share"), 0.2);
  assert.equal(reach([], "share"), 0.1);
  assert.equal(reach([{ value: 9, low: 8, high: Infinity }], "share"), 1);
  assert.equal(reach([{ value: 1, low: -0.3, high: 3 }], "score"), 5);
});

test("what is beyond an axis stands at its end", () => {
  assert.equal(placed(0, 2), 0.5);
  assert.equal(placed(-1, 2), 0.25);
  assert.equal(placed(Infinity, 2), 1);
});

test("worse is what one would rather not have", () => {
  assert.ok(isWorse(measure({ verdict: "more", better: "low" })));
  assert.ok(isBetter(measure({ verdict: "more", better: "high" })));
  assert.ok(!isWorse(measure({ verdict: "unclear" })) && !isBetter(measure({ verdict: "too_few" })));
});

test("less is told by its size", () => {
  assert.deepEqual(extent({ value: -0.2, low: -0.3, high: -0.1 }), [0.1, 0.3]);
});

test("a float becomes a decimal text without noise and without an exponent", () => {
  assert.equal(decimalOf(0.1 + 0.2), "0.3");
  assert.equal(decimalOf(1.5e-7), "0.00000015");
  assert.equal(decimalOf(0), "0");
  assert.equal(decimalOf(1234567.89), "1234570");
});
