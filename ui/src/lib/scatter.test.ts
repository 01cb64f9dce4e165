import assert from "node:assert/strict";
import { test } from "node:test";
import type { WorthRow } from "../types.ts";
import { labelled, plotted, steps } from "./scatter.ts";

const EDGE = { left: 40, right: 10, top: 10, bottom: 30 };
const estimate = (value: number | null, by = 0) => ({
  value,
  exact: null,
  low: value === null || !by ? null : value - by,
  high: value === null || !by ? null : value + by,
  traces: 40,
});
const row = (value: string, cost: number | null, score: number | null, by = 0): WorthRow => ({
  value,
  label: value,
  calls: 1,
  traces: 1,
  cost: null,
  priced: 1,
  estimated: 0,
  cost_per_call: estimate(cost, cost === null ? 0 : cost * by),
  score: estimate(score, by),
  cheaper: null,
});

test("what costs more lies to the right, what was judged better higher", () => {
  const { points } = plotted([row("small", 0.001, 0.5), row("large", 0.1, 0.8)], 400, 200, EDGE);
  const [small, large] = points;
  assert.ok(small && large && small.x < large.x && small.y > large.y);
});

test("a factor of ten is as wide anywhere", () => {
  const { points } = plotted([row("a", 0.01, 0), row("b", 0.1, 0), row("c", 1, 0)], 400, 200, EDGE);
  const [a, b, c] = points.map((point) => point.x);
  assert.ok(Math.abs((b as number) - (a as number) - ((c as number) - (b as number))) < 1e-9);
});

test("all points and their intervals lie within the plot", () => {
  const { points } = plotted([row("a", 0.01, 0.2, 0.1), row("b", 5, 4.5, 0.3)], 400, 200, EDGE);
  for (const point of points) {
    for (const x of [point.left, point.x, point.right])
      assert.ok((x as number) >= 40 && (x as number) <= 390);
    for (const y of [point.top, point.y, point.bottom])
      assert.ok((y as number) >= 10 && (y as number) <= 170);
  }
});

test("an interval that reaches to nothing ends at the edge", () => {
  const wide = { ...row("a", 1, 0.5), cost_per_call: { value: 1, exact: null, low: 0, high: 2, traces: 40 } };
  const { points } = plotted([wide], 400, 200, EDGE);
  assert.equal(points[0]?.left, 40);
});

test("what has no cost or no score has no place and is counted", () => {
  const plot = plotted(
    [row("a", 1, 0.5), row("b", null, 0.5), row("c", 1, null), row("d", 0, 1)],
    400,
    200,
    EDGE,
  );
  assert.equal(plot.points.length, 1);
  assert.equal(plot.unplaced, 3);
  assert.deepEqual(plotted([], 400, 200, EDGE), { points: [], xs: [], ys: [], unplaced: 0 });
});

test("steps are round and within their ends", () => {
  assert.deepEqual(steps(0, 1), [0, 0.5, 1]);
  assert.deepEqual(steps(0.42, 0.61), [0.45, 0.5, 0.55, 0.6]);
});

test("labels lie beside their points and on no other", () => {
  const [first, second, third] = labelled(
    [
      { x: 120, y: 50, text: "gpt-large" },
      { x: 132, y: 50, text: "gpt-small" },
      { x: 290, y: 100, text: "at the edge" },
    ],
    300,
  );
  assert.equal(first?.anchor, "end");
  assert.equal(second?.anchor, "start");
  assert.equal(third?.anchor, "end");
});

test("a crowd has labels for those who fit", () => {
  const crowd = Array.from({ length: 30 }, (_, at) => ({ x: 100 + at, y: 50, text: `value ${at}` }));
  const labels = labelled(crowd, 300);
  assert.ok(labels.some((label) => label === null) && labels.some((label) => label !== null));
});
