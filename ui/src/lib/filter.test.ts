import assert from "node:assert/strict";
import { test } from "node:test";
import { chosen, conditions, facetCondition, holds, joined, narrowed, quoted, toggled } from "./filter.ts";

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

test("a choice of several values is one condition", () => {
  assert.equal(chosen("model", ["a"], false), 'eq(model, "a")');
  assert.equal(chosen("model", ["a", "b"], true), 'not(in(model, ["a", "b"]))');
  assert.equal(chosen("status", ["error"], true), 'neq(status, "error")');
  assert.equal(chosen("tag", ["a"], false), 'has(tags, "a")');
  assert.equal(chosen("metadata.plan", ["pro"], false), 'has(metadata, "{\\"plan\\":\\"pro\\"}")');
  assert.equal(
    chosen("metadata.plan", ["a", "b"], false),
    'and(eq(metadata_key, "plan"), in(metadata_value, ["a", "b"]))',
  );
});
