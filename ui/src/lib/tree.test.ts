import assert from "node:assert/strict";
import { test } from "node:test";
import { type Branch, clockOf, ownStretches, parentRow, parentsOf, pruned, ticks, unfolded } from "./tree.ts";

const run = (id: string, depth: number, children: number, from: number, to: number | null): Branch => ({
  id,
  parent_id: null,
  depth,
  children,
  from,
  to,
});
const RUNS = [run("root", 0, 2, 0, 10), run("a", 1, 1, 1, 4), run("a1", 2, 0, 2, 3), run("b", 1, 0, 3, 9)];

test("what stands under a folded row is not shown", () => {
  assert.deepEqual(
    unfolded(RUNS, new Set(["a"])).map((one) => one.id),
    ["root", "a", "b"],
  );
  assert.deepEqual(
    unfolded(RUNS, new Set(["root"])).map((one) => one.id),
    ["root"],
  );
  assert.equal(parentRow(RUNS, 2), 1);
  assert.equal(parentRow(RUNS, 3), 0);
});

test("a tree pruned to what is wanted keeps what that stands under", () => {
  assert.deepEqual([...parentsOf(RUNS)], [-1, 0, 1, 0]);
  assert.deepEqual(
    pruned(RUNS, (one) => one.id === "a1").map((one) => one.id),
    ["root", "a", "a1"],
  );
  assert.deepEqual(
    pruned(RUNS, () => false),
    [],
  );
});

test("own time is what no child covers, overlapping children counted once", () => {
  const own = ownStretches(RUNS, 100);
  assert.deepEqual(own.get("root"), [
    [0, 1],
    [9, 10],
  ]);
  assert.deepEqual(own.get("a"), [
    [1, 2],
    [3, 4],
  ]);
  assert.deepEqual(own.get("b"), [[3, 9]]);
});

test("the clock spans all runs, those that still run until now", () => {
  assert.deepEqual(clockOf([...RUNS, run("c", 1, 0, 5, null)], 30), { start: 0, length: 30 });
});

test("ticks are round", () => {
  assert.deepEqual(ticks(10, 5), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(ticks(0.9, 5).at(1), 0.2);
  assert.deepEqual(ticks(45 * 60, 4).at(1), 15 * 60);
  assert.deepEqual(ticks(80, 4).at(1), 20);
  assert.deepEqual(ticks(100 * 3600, 4).at(1), 48 * 3600);
});
