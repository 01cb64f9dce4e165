import assert from "node:assert/strict";
import { test } from "node:test";
import { completed, placeAt, written } from "./complete.ts";

const at = (line: string) => placeAt(line, line.length);

test("a word that has begun may become a field", () => {
  assert.deepEqual(at("status:error la"), { kind: "field", field: "", part: "la", from: 13, to: 15 });
  assert.deepEqual(at("-mo"), { kind: "field", field: "", part: "mo", from: 1, to: 3 });
  assert.equal(at("")?.kind, "field");
});

test("behind a sign stands a value, after a comma another", () => {
  assert.deepEqual(at("model:gp"), { kind: "value", field: "model", part: "gp", from: 6, to: 8 });
  assert.deepEqual(at("model:gpt-4o,cl"), { kind: "value", field: "model", part: "cl", from: 13, to: 15 });
  assert.equal(at('user:"Anna M')?.part, "Anna M");
  assert.equal(at("metadata.plan:p")?.field, "metadata.plan");
});

test("inside a text and in the long notation nothing is completed", () => {
  assert.equal(at('"no such mod'), null);
  assert.equal(at('and(eq(model, "gp'), null);
});

test("what is chosen stands in the line, in quotes where it must", () => {
  const place = at("model:gp");
  assert.ok(place);
  assert.deepEqual(completed("model:gp", place, "gpt-4o"), { line: "model:gpt-4o ", caret: 13 });
  assert.equal(written("Anna M"), '"Anna M"');
  assert.equal(written('say "a"'), '"say \\"a\\""');
  const field = placeAt("st cost>1", 2);
  assert.ok(field);
  assert.deepEqual(completed("st cost>1", field, "status:"), { line: "status: cost>1", caret: 7 });
});
