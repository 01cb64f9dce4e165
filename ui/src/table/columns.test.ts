import assert from "node:assert/strict";
import { test } from "node:test";
import { fitted, moved, roomOf, shown, template } from "./columns.ts";

const keys = (columns: { key: string }[]) => columns.map((column) => column.key);

test("the viewer's columns come in the viewer's order, unknown ones left out", () => {
  assert.deepEqual(keys(shown("cost,name,nonsense", "runs")), ["cost", "name"]);
  assert.deepEqual(keys(shown("nonsense", "runs")), keys(shown(null, "runs")));
});

test("a narrow table keeps names, tokens and cost", () => {
  const usual = shown(null, "runs");
  assert.deepEqual(fitted(usual, 2000), usual);
  const narrow = fitted(usual, 366);
  assert.deepEqual(keys(narrow), ["name", "input", "output", "cost"]);
  assert.ok(roomOf(narrow) <= 366);
  assert.match(template(narrow), /^minmax\(\d+px, 1fr\)/);
});

test("columns move by one place and stop at the ends", () => {
  assert.deepEqual(moved(["a", "b", "c"], "b", -1), ["b", "a", "c"]);
  assert.deepEqual(moved(["a", "b", "c"], "a", -1), ["a", "b", "c"]);
});
