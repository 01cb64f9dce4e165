import assert from "node:assert/strict";
import { test } from "node:test";
import { blocksOf, holding, marked, structured } from "./text.ts";

test("code stands between fences, and what is around it is prose", () => {
  assert.deepEqual(blocksOf("See:\n\n```python title=x\nprint(1)\n```\nDone."), [
    { type: "prose", text: "See:" },
    { type: "code", language: "python", text: "print(1)" },
    { type: "prose", text: "Done." },
  ]);
  assert.deepEqual(blocksOf("~~~\na ``` b\n~~~"), [{ type: "code", language: "", text: "a ``` b" }]);
  assert.deepEqual(blocksOf("plain"), [{ type: "prose", text: "plain" }]);
  assert.deepEqual(blocksOf(""), []);
});

test("a fence that nobody closes goes on to the end, and a longer one holds shorter ones", () => {
  assert.deepEqual(blocksOf("```js\n1"), [{ type: "code", language: "js", text: "1" }]);
  assert.deepEqual(blocksOf("````\n```\n````"), [{ type: "code", language: "", text: "```" }]);
});

test("a text that is an object as a whole is structured, and nothing else is", () => {
  assert.deepEqual(structured(' {"a": 1} '), { a: 1 });
  assert.deepEqual(structured("[1]"), [1]);
  assert.equal(structured("[1] and more"), undefined);
  assert.equal(structured("12"), undefined);
  assert.equal(structured("{no}"), undefined);
});

test("what is looked for is marked wherever it stands, in any case", () => {
  assert.deepEqual(marked("Plan a plan", "plan"), ["", "Plan", " a ", "plan", ""]);
  assert.deepEqual(marked("none", "plan"), ["none"]);
  assert.deepEqual(marked("any", ""), ["any"]);
  assert.deepEqual(marked("İstanbul", "stan"), ["İstanbul"]);
});

test("the branches of a value that hold a text are known, keys and values alike", () => {
  const leaf = { city: "Paris" };
  const value = { a: [leaf, { other: 1 }], parisian: null };
  const { nodes, count } = holding(value, "PARIS");
  assert.equal(count, 2);
  assert.deepEqual(
    [nodes.has(value), nodes.has(value.a), nodes.has(leaf), nodes.has(value.a[1] as object)],
    [true, true, true, false],
  );
  assert.equal(holding(value, "").count, 0);
});
