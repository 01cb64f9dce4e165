import assert from "node:assert/strict";
import { test } from "node:test";
import type { SeriesLine } from "../types.ts";
import { inUnit, lonely, perCall, sparkline, stacked, used } from "./stack.ts";

const NONE = [0, 0, 0];
const LINE: SeriesLine = {
  value: "gpt-4o",
  label: "gpt-4o",
  calls: [2, 0, 1],
  priced_calls: [2, 0, 1],
  known_calls: [2, 0, 1],
  runs: [2, 0, 1],
  errors: NONE,
  estimated_calls: NONE,
  estimated_cost: [null, null, null],
  coverage: {
    calls: [2, 0, 1],
    priced: [2, 0, 1],
    unpriced: NONE,
    reported: [2, 0, 1],
    counted: NONE,
    estimated: NONE,
    unknown: NONE,
    settling: NONE,
    marked: NONE,
  },
  input_tokens: [100, null, null],
  output_tokens: [20, null, 5],
  cost: ["0.5", null, null],
  p50: [1, null, 2],
  p95: [3, null, 4],
};

test("one line in each unit; an unknown stays unknown", () => {
  assert.deepEqual(inUnit(LINE, "tokens"), [120, null, 5]);
  assert.deepEqual(inUnit(LINE, "cost"), [0.5, null, null]);
  assert.deepEqual(inUnit(LINE, "time"), [3, null, 4]);
});

test("without a call nothing was used; with one it may be unknown", () => {
  assert.deepEqual(used(inUnit(LINE, "cost"), LINE.calls), [0.5, 0, null]);
  assert.deepEqual(perCall([120, null, 5], LINE.calls), [60, null, 5]);
});

test("lines stand on each other", () => {
  assert.deepEqual(
    stacked([
      [1, null],
      [2, 3],
    ]),
    [
      [1, 0],
      [3, 3],
    ],
  );
});

test("a point with no neighbour is still seen", () => {
  assert.deepEqual(lonely([1, null, 2, 3, null, 4]), [0, 5]);
  assert.equal(sparkline([null, 2], 10, 10), "M10.0 0.0L10.0 0.0");
});
