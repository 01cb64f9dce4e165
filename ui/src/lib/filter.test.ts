import assert from "node:assert/strict";
import { test } from "node:test";
import { conditions, facetCondition, fromTyped, holds, joined, narrowed, quoted, toggled } from "./filter.ts";

test("a condition goes in and out again", () => {
  const once = toggled("", 'eq(model, "gpt-4o")');
  assert.equal(once, 'eq(model, "gpt-4o")');
  const twice = toggled(once, 'eq(status, "error")');
  assert.equal(twice, 'and(eq(model, "gpt-4o"), eq(status, "error"))');
  assert.ok(holds(twice, 'eq(status,"error")'));
  assert.equal(toggled(twice, 'eq(model, "gpt-4o")'), 'eq(status, "error")');
});

test("brackets, commas and quotes inside of values do not split a filter", () => {
  const filter = 'and(in(name, ["a", "b"]), eq(name, "x), \\", and(y"), or(a(1), b(2)))';
  assert.deepEqual(conditions(filter), [
    'in(name, ["a", "b"])',
    'eq(name, "x), \\", and(y")',
    "or(a(1), b(2))",
  ]);
  assert.equal(joined(conditions(filter)), filter);
});

test("narrowing twice by the same is narrowing once", () => {
  const once = narrowed("gt(latency, 5)", ['eq(status, "error")']);
  assert.equal(narrowed(once, ['eq(status, "error")']), once);
});

test("hostile values stay values", () => {
  assert.equal(quoted('a" or \\'), '"a\\" or \\\\"');
  assert.equal(facetCondition("tag", 'x"y'), 'has(tags, "x\\"y")');
  assert.equal(facetCondition("metadata.a.b", "c"), 'has(metadata, "{\\"a.b\\":\\"c\\"}")');
  assert.equal(facetCondition("metadata.a", ""), 'neq(metadata_key, "a")');
});

test("plain words are a search, a filter is a filter", () => {
  assert.equal(fromTyped("refund please"), 'search("refund please")');
  assert.equal(fromTyped(' eq(name, "x") '), 'eq(name, "x")');
  assert.equal(fromTyped("  "), "");
});
