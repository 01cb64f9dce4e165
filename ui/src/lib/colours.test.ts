import assert from "node:assert/strict";
import { test } from "node:test";
import { Palette } from "./colours.ts";

const EIGHT = ["a", "b", "c", "d", "e", "f", "g", "h"];

test("a value keeps its colour whatever its rank and its company", () => {
  const palette = new Palette();
  const before = palette.of("model", EIGHT);
  assert.deepEqual(palette.of("model", [...EIGHT].reverse()), [...before].reverse());
  assert.deepEqual(palette.of("model", ["c"]), [before[2]]);
});

test("no two of a chart look alike, even when a newcomer wants the colour of another", () => {
  const palette = new Palette();
  palette.of("model", EIGHT);
  assert.equal(new Set(palette.of("model", ["i", "j", ...EIGHT.slice(0, 6)])).size, 8);
});

test("the others are always the others", () => {
  assert.deepEqual(new Palette().of("model", [null]), ["--series-others"]);
});
