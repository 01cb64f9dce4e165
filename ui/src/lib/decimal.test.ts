import assert from "node:assert/strict";
import { test } from "node:test";
import { compare, sum } from "./decimal.ts";

test("a sum of tenths has no float in it", () => {
  assert.equal(sum(["0.1", "0.2"]), "0.3");
  assert.equal(sum(["0.000000000000000001", "1"]), "1.000000000000000001");
  assert.equal(sum(["2.50", "-0.5"]), "2");
});

test("a sum leaves out what is unknown, and of nothing is unknown", () => {
  assert.equal(sum(["1", null]), "1");
  assert.equal(sum([null]), null);
  assert.equal(sum(["0"]), "0");
});

test("amounts compare by value", () => {
  assert.ok(compare("10", "9.99") > 0);
  assert.ok(compare("-1", "0.1") < 0);
  assert.equal(compare("1.0", "1"), 0);
});
