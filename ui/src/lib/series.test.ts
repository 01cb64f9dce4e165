import assert from "node:assert/strict";
import { test } from "node:test";
import type { SeriesLine } from "../api.gen.ts";
import { amountOf, leftOut, roundedText, tableOf } from "./series.ts";

const line = (said: Partial<SeriesLine>) => said as SeriesLine;

test("a line comes to an exact amount, and what is not known is no zero", () => {
  assert.equal(amountOf(line({ cost: ["0.1", null, "0.2"] }), "cost"), "0.3");
  assert.equal(amountOf(line({ cost: [null, null] }), "cost"), null);
  assert.equal(amountOf(line({ input_tokens: [1, null], output_tokens: [2, 3] }), "tokens"), "6");
  assert.equal(amountOf(line({}), "time"), null);
});

test("calls that are in no sum are counted, bucket by bucket", () => {
  const lines = [
    line({ calls: [3, 2], priced_calls: [1, 2], known_calls: [3, 2] }),
    line({ calls: [1, 0], priced_calls: [0, 0], known_calls: [1, 0] }),
  ];
  assert.equal(leftOut(lines, "cost", 0), 3);
  assert.equal(leftOut(lines, "cost", 1), 0);
  assert.equal(leftOut(lines, "tokens", 0), 0);
});

test("a table has a dash where a chart has a gap", () => {
  assert.deepEqual(tableOf("Time", ["1", "2"], [{ label: "a", values: [5, null] }], String), {
    head: ["Time", "a"],
    rows: [
      ["1", "5"],
      ["2", "–"],
    ],
  });
});

test("a float is rounded before its noise shows", () => {
  assert.equal(roundedText(0.1 + 0.2), "0.3");
  assert.equal(roundedText(0), "0");
  assert.equal(roundedText(1e-9), "0.000000001");
});
