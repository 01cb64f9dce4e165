import assert from "node:assert/strict";
import { test } from "node:test";
import { barsOf, type Line, stepAt, tells } from "./strip.ts";

const LINE: Line = {
  runs: [4, 0, 100],
  errors: [1, 0, 0],
  input_tokens: [100, null, 9_900],
  output_tokens: [0, null, 100],
  cost: [null, null, "0.5"],
  p50: [1, null, 3],
  p95: [4, null, 3],
};

test("a bar a hundredth as much is a tenth as tall", () => {
  const [small, none, big] = barsOf(LINE, "tokens");
  assert.equal(big?.pieces.at(-1)?.to, 1);
  assert.equal(small?.pieces.at(-1)?.to, Math.sqrt(100 / 10_000));
  assert.deepEqual(none, { pieces: [], isUnknown: false });
});

test("runs of which nothing is known are not nothing", () => {
  assert.deepEqual(barsOf(LINE, "cost")[0], { pieces: [], isUnknown: true });
  assert.ok(tells(LINE, "cost"));
  assert.ok(!tells({ ...LINE, cost: [null, null, null] }, "cost"));
});

test("errors stand at the foot of the runs", () => {
  const [first] = barsOf(LINE, "runs");
  assert.deepEqual(
    first?.pieces.map((piece) => piece.colour),
    ["--bad", "--strip"],
  );
  assert.equal((first?.pieces[0]?.to ?? 0) * 4, first?.pieces[1]?.to);
});

test("the slow end of the latency stands on the middle one", () => {
  const [first, , last] = barsOf(LINE, "time");
  assert.equal(first?.pieces.length, 2);
  assert.equal(last?.pieces.length, 1);
});

test("a moment lies in the step that began last", () => {
  const times = [10, 20, 30];
  assert.deepEqual(
    [5, 10, 19, 20, 99].map((at) => stepAt(times, at)),
    [0, 0, 0, 1, 2],
  );
});
