import assert from "node:assert/strict";
import { test } from "node:test";
import type { PivotCell } from "../types.ts";
import { areaOf, heat, neighbour, perMillion, valueOf } from "./pivot.ts";

const cell = (said: Partial<PivotCell>): PivotCell => ({
  cost: "0.5",
  input: 900,
  output: 100,
  tokens: 1_000,
  failed_calls: 1,
  latency: { p50: 2, p95: 4 },
  coverage: {
    calls: 3,
    priced: 3,
    unpriced: 0,
    reported: 3,
    counted: 0,
    estimated: 0,
    unknown: 0,
    settling: 0,
    marked: 0,
  },
  ...said,
});

test("a cell has a value of each measure, and none of what is not known", () => {
  assert.deepEqual(
    (["cost", "tokens", "time", "calls", "failed_calls"] as const).map((one) => valueOf(cell({}), one)),
    [0.5, 1_000, 2, 3, 1],
  );
  assert.equal(valueOf(cell({ cost: null }), "cost"), null);
  assert.equal(valueOf(null, "calls"), null);
});

test("times do not add up, so calls stand for their area", () => {
  assert.equal(areaOf("time"), "calls");
  assert.equal(areaOf("cost"), "cost");
});

test("a million tokens cost what their number says", () => {
  assert.equal(perMillion(cell({})), 500);
  assert.equal(perMillion(cell({ tokens: null })), null);
  assert.equal(perMillion(cell({ cost: null })), null);
});

test("heat is the root of a share", () => {
  assert.equal(heat(25, 100), 0.5);
  assert.equal(heat(200, 100), 1);
  assert.equal(heat(null, 100), 0);
  assert.equal(heat(5, 0), 0);
});

test("an arrow leads to the nearest tile that lies that way", () => {
  // 0 1
  // 2 1
  const boxes = [
    { x: 0, y: 0, width: 10, height: 10 },
    { x: 10, y: 0, width: 10, height: 20 },
    { x: 0, y: 10, width: 10, height: 10 },
  ];
  assert.equal(neighbour(boxes, 0, "right"), 1);
  assert.equal(neighbour(boxes, 0, "down"), 2);
  assert.equal(neighbour(boxes, 1, "left"), 0);
  assert.equal(neighbour(boxes, 2, "up"), 0);
  assert.equal(neighbour(boxes, 0, "left"), 0);
});

test("no arrow leads to a tile without an area", () => {
  const boxes = [
    { x: 0, y: 0, width: 10, height: 10 },
    { x: 10, y: 0, width: 0, height: 0 },
  ];
  assert.equal(neighbour(boxes, 0, "right"), 0);
});
