import assert from "node:assert/strict";
import { test } from "node:test";
import { MARKS, nearest, placeAt, root, rootTicks, ticks } from "./plot.ts";

test("an axis ends at a round number that holds everything", () => {
  assert.deepEqual(ticks(1000), [0, 250, 500, 750, 1000]);
  assert.deepEqual(ticks(7), [0, 2, 4, 6, 8]);
  assert.deepEqual(ticks(0.013), [0, 0.005, 0.01, 0.015]);
  for (const most of [1, 3.7, 99, 12_345, 0.0002]) {
    const found = ticks(most);
    assert.ok((found.at(-1) as number) >= most && found.length <= 6, String(found));
  }
});

test("of nothing an axis goes from 0 to 1", () => {
  for (const most of [0, -1, NaN, Infinity]) assert.deepEqual(ticks(most), [0, 1]);
});

test("by its root a hundredth stands at a tenth", () => {
  assert.equal(root(1, 100), 0.1);
  assert.equal(root(100, 100), 1);
  assert.equal(root(-5, 100), 0);
  assert.equal(root(5, 0), 0);
});

test("marks of such an axis are round, and leave each other room", () => {
  const found = rootTicks(2_000, 400, 40);
  assert.deepEqual(
    found,
    [0, 20, 100, 500, 1000, 2000].filter((value) => found.includes(value)),
  );
  for (let at = 1; at < found.length; at += 1)
    assert.ok((root(found[at] as number, 2_000) - root(found[at - 1] as number, 2_000)) * 400 >= 40);
  assert.deepEqual(rootTicks(0, 400, 40), [0]);
});

test("each thing has its share of the width", () => {
  assert.equal(placeAt(0, 100, 4), 0);
  assert.equal(placeAt(99.9, 100, 4), 3);
  assert.equal(placeAt(100, 100, 4), 3);
  assert.equal(placeAt(101, 100, 4), null);
  assert.equal(placeAt(5, 100, 0), null);
});

test("the nearest spot is found, the upper one of two, and none too far away", () => {
  const spots = [
    { x: 0, y: 0 },
    { x: 10, y: 0 },
    { x: 10, y: 0 },
  ];
  assert.equal(nearest(spots, { x: 1, y: 1 }, 5), 0);
  assert.equal(nearest(spots, { x: 9, y: 0 }, 5), 2);
  assert.equal(nearest(spots, { x: 50, y: 50 }, 5), null);
});

test("marks differ", () => {
  assert.equal(new Set(MARKS).size, 8);
});
