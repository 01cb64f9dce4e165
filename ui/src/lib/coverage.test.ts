import assert from "node:assert/strict";
import { test } from "node:test";
import { missing, PARTS, partsOf } from "./coverage.ts";

const NOTHING = {
  calls: 0,
  priced: 0,
  unpriced: 0,
  reported: 0,
  counted: 0,
  estimated: 0,
  unknown: 0,
  settling: 0,
  marked: 0,
};

test("only the parts that have calls are told, and how many are priced always", () => {
  const told = partsOf({ ...NOTHING, calls: 3, reported: 2, unknown: 1, unpriced: 2 });
  assert.deepEqual(
    told.map(({ part, calls }) => [part, calls]),
    [
      ["priced", 0],
      ["unpriced", 2],
      ["reported", 2],
      ["unknown", 1],
    ],
  );
});

test("each part finds only calls that are counted", () => {
  for (const filter of Object.values(PARTS)) assert.equal(filter[0], "eq(counted, true)");
});

test("what a sum of money misses is unpriced, unknown or estimated", () => {
  assert.equal(missing({ ...NOTHING, calls: 9, priced: 3, unpriced: 1, unknown: 2, estimated: 3 }), 6);
});
