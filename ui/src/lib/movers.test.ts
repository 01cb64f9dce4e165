import assert from "node:assert/strict";
import { test } from "node:test";
import { leading, sides } from "./movers.ts";

const SIDE = {
  calls: 10,
  known: 8,
  unpriced: 2,
  estimated: 0,
  unknown: 0,
  amount: "1",
  input_per_call: 100,
  output_per_call: 10,
  cached: 0.5,
};

test("the leading cause comes with the numbers that show it", () => {
  const told = leading({
    cause: "prompts",
    change: "2",
    parts: [
      { cause: "volume", change: "-0.5" },
      { cause: "prompts", change: "2.5" },
    ],
    before: SIDE,
    now: { ...SIDE, input_per_call: 350 },
  });
  assert.deepEqual(told, { cause: "prompts", way: "more", before: 100, now: 350, share: 1.25 });
});

test("a fall pulls the other way", () => {
  const parts = [{ cause: "volume" as const, change: "-4" }];
  const told = leading({ cause: "volume", change: "-4", parts, before: SIDE, now: { ...SIDE, calls: 6 } });
  assert.deepEqual(told, { cause: "volume", way: "less", before: 10, now: 6, share: 1 });
});

test("what cannot be compared has no cause", () => {
  assert.equal(leading({ cause: null, change: null, parts: [], before: SIDE, now: SIDE }), null);
});

test("a bar has the longer side whole and the other in proportion", () => {
  assert.deepEqual(
    sides([
      { cause: "volume", change: "3" },
      { cause: "price", change: "1" },
      { cause: "cache", change: "-2" },
    ]),
    {
      up: [
        { cause: "volume", size: 0.75 },
        { cause: "price", size: 0.25 },
      ],
      down: [{ cause: "cache", size: 0.5 }],
    },
  );
});
