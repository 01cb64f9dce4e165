import assert from "node:assert/strict";
import { test } from "node:test";
import { barred, gone, rolled, TALLEST } from "./roll.ts";

const VIEW = 600;
const MANY = 10_000_000 * 32; // pixels

test("a short list is scrolled pixel by pixel", () => {
  assert.equal(barred(3200), 3200);
  assert.deepEqual(rolled({ top: 0, bar: 0 }, 900, 3200, VIEW), { top: 900, bar: 900 });
});

test("the bar of a long list stands for all of it", () => {
  assert.equal(barred(MANY), TALLEST);
  const middle = rolled({ top: 0, bar: 0 }, (TALLEST - VIEW) / 2, MANY, VIEW);
  assert.equal(middle.top, Math.round((MANY - VIEW) / 2));
  const end = rolled({ top: 0, bar: 0 }, TALLEST - VIEW, MANY, VIEW);
  assert.equal(end.top, MANY - VIEW);
});

test("the wheel moves a long list pixel by pixel, wherever it is", () => {
  const there = gone(100_000_000, MANY, VIEW);
  assert.equal(rolled(there, there.bar + 100, MANY, VIEW).top, 100_000_100);
  assert.equal(rolled(there, there.bar - 100, MANY, VIEW).top, 99_999_900);
});

test("going somewhere and reading the bar gives the same place", () => {
  for (const top of [0, 32, 12_345_678, MANY - VIEW]) {
    const there = gone(top, MANY, VIEW);
    assert.equal(there.top, top);
    assert.ok(there.bar >= 0 && there.bar <= TALLEST - VIEW);
  }
});

test("a bar that is at its end before the list is goes back to where the list is", () => {
  const near = { top: 5_000, bar: 50 };
  const after = rolled(near, 0, MANY, VIEW);
  assert.equal(after.top, 4_950);
  assert.ok(after.bar > 0);
  assert.deepEqual(rolled({ top: 40, bar: 50 }, 0, MANY, VIEW), { top: 0, bar: 0 });
});
