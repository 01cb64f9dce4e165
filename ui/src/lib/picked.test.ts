import assert from "node:assert/strict";
import { test } from "node:test";
import { type Picked, sumsOf } from "./picked.ts";

const call = (more: Partial<Picked>): Picked => ({
  tokens: { total: 100 },
  cost: "0.1",
  counted: true,
  usage_source: "reported",
  kind: "llm",
  ...more,
});

test("picked runs add up exactly, each call once", () => {
  const rows = [call({}), call({ cost: "0.2" }), call({ counted: false })];
  assert.deepEqual(sumsOf(rows, false), { tokens: 200, cost: "0.3", calls: 2, priced: 2 });
});

test("what is unknown or estimated enters no sum, and is seen to be missing", () => {
  const rows = [
    call({}),
    call({ cost: null, tokens: { total: null }, usage_source: "unknown" }),
    call({ usage_source: "estimated" }),
  ];
  assert.deepEqual(sumsOf(rows, false), { tokens: 100, cost: "0.1", calls: 3, priced: 1 });
  assert.deepEqual(sumsOf([], false), { tokens: null, cost: null, calls: 0, priced: 0 });
});

test("picked traces add up what each used in all", () => {
  const totals = { tokens: { total: 700 }, cost: "0.7", calls: 4, coverage: { priced: 3 } };
  assert.deepEqual(sumsOf([call({ totals }), call({ totals: null })], true), {
    tokens: 700,
    cost: "0.7",
    calls: 4,
    priced: 3,
  });
});
