import assert from "node:assert/strict";
import { test } from "node:test";
import { type Burnt, flameOf, frameAt } from "./flame.ts";

type Run = Burnt & { parts: [string, number][] };
const run = (id: string, name: string, depth: number, parts: [string, number][] = []): Run => ({
  id,
  name,
  kind: parts.length ? "llm" : "chain",
  depth,
  parts,
});
const RUNS = [
  run("root", "root", 0),
  run("s1", "step", 1),
  run("a", "ask", 2, [
    ["uncached", 2],
    ["text_out", 1],
  ]),
  run("s2", "step", 1),
  run("b", "ask", 2, [["uncached", 4]]),
  run("c", "check", 2, [["text_out", 1]]),
  run("idle", "search", 1),
];
const parts = (one: Run) => one.parts;

test("a frame is as wide as what it and all below it used, and stands under its parent", () => {
  const flame = flameOf(RUNS, parts, false);
  assert.equal(flame.total, 2 + 1 + 4 + 1);
  assert.equal(flame.rows, 3);
  const places = Object.fromEntries(flame.frames.map((one) => [one.runs[0], [one.depth, one.from, one.to]]));
  assert.deepEqual(places, {
    root: [0, 0, 1],
    s1: [1, 0, 3 / 8],
    a: [2, 0, 3 / 8],
    s2: [1, 3 / 8, 1],
    b: [2, 3 / 8, 7 / 8],
    c: [2, 7 / 8, 1],
  });
});

test("what used nothing has no frame, and a trace that used nothing no flame", () => {
  assert.equal(flameOf(RUNS, parts, false).of.has("idle"), false);
  const flame = flameOf([run("root", "root", 0)], parts, false);
  assert.deepEqual([flame.frames.length, flame.total, flame.rows], [0, 0, 0]);
});

test("merged, runs of one name at one place are one frame, the widest first", () => {
  const flame = flameOf(RUNS, parts, true);
  assert.deepEqual(
    flame.frames
      .sort((one, other) => one.depth - other.depth || one.from - other.from)
      .map((one) => [one.name, one.runs, one.amount]),
    [
      ["root", ["root"], 8],
      ["step", ["s1", "s2"], 8],
      ["ask", ["b", "a"], 7],
      ["check", ["c"], 1],
    ],
  );
  assert.deepEqual(flame.of.get("a")?.parts, [
    ["uncached", 2 + 4],
    ["text_out", 1],
  ]);
});

test("what a parent used itself stands at its left, before its children", () => {
  const flame = flameOf(
    [run("top", "top", 0, [["own", 1]]), run("kid", "kid", 1, [["own", 3]])],
    parts,
    false,
  );
  assert.deepEqual([flame.of.get("top")?.own, flame.of.get("kid")?.from], [1, 1 / 4]);
});

test("the frame under the pointer is found, and the nearest when none is", () => {
  const flame = flameOf(RUNS, parts, false);
  assert.equal(frameAt(flame, 0.5, 2)?.runs[0], "b");
  assert.equal(frameAt(flame, 0.5, 7), null);
  assert.equal(frameAt(flame, 1.001, 2), null);
  assert.equal(frameAt(flame, 1.001, 2, 0.01)?.runs[0], "c");
});

test("a trace ten thousand deep is laid out as well", () => {
  const deep = Array.from({ length: 10_000 }, (_, depth) => run(`${depth}`, "down", depth, [["own", 1]]));
  assert.equal(flameOf(deep, parts, false).rows, 10_000);
});
