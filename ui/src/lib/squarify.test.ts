import assert from "node:assert/strict";
import { test } from "node:test";
import { type Box, inset, squarify } from "./squarify.ts";

const PAGE: Box = { x: 0, y: 0, width: 6, height: 4 };
const area = (box: Box) => box.width * box.height;
const near = (one: number, other: number) => Math.abs(one - other) < 1e-9;

test("each tile has the area of its value", () => {
  const values = [6, 6, 4, 3, 2, 2, 1]; // the example of the paper, which fills the page
  const boxes = squarify(values, PAGE);
  boxes.forEach((box, at) => assert.ok(near(area(box), values[at] as number), `${at}: ${area(box)}`));
});

test("the example of the paper lies as in the paper", () => {
  const boxes = squarify([6, 6, 4, 3, 2, 2, 1], PAGE);
  assert.deepEqual(boxes[0], { x: 0, y: 0, width: 3, height: 2 });
  assert.deepEqual(boxes[1], { x: 0, y: 2, width: 3, height: 2 });
  assert.ok(near(boxes[2]?.x ?? 0, 3) && near(boxes[2]?.width ?? 0, 12 / 7));
});

test("tiles neither overlap nor leave the page", () => {
  let seed = 7;
  const chance = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const boxes = squarify(
    Array.from({ length: 60 }, () => chance() ** 3 * 100),
    { x: 10, y: 20, width: 300, height: 200 },
  );
  for (const [at, one] of boxes.entries()) {
    assert.ok(one.x >= 10 - 1e-6 && one.x + one.width <= 310 + 1e-6);
    assert.ok(one.y >= 20 - 1e-6 && one.y + one.height <= 220 + 1e-6);
    for (const other of boxes.slice(at + 1)) {
      const wide = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
      const high = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
      assert.ok(wide < 1e-6 || high < 1e-6);
    }
  }
});

test("equal values lie in near squares", () => {
  for (const box of squarify(Array<number>(12).fill(1), PAGE))
    assert.ok(Math.max(box.width / box.height, box.height / box.width) < 1.6);
});

test("what is nothing, or unknown, has no area", () => {
  const boxes = squarify([0, 5, NaN, -1], PAGE);
  assert.deepEqual(boxes.map(area), [0, 24, 0, 0]);
  assert.deepEqual(squarify([0], PAGE).map(area), [0]);
  assert.deepEqual(squarify([], PAGE), []);
});

test("the order of the values is that of the boxes, the largest at the top left", () => {
  const boxes = squarify([1, 10], PAGE);
  assert.equal(boxes[1]?.x, 0);
  assert.ok((boxes[0]?.x ?? 0) > 0);
});

test("what shall be last is last, however large it is", () => {
  const boxes = squarify([10, 1, 1], PAGE, 0);
  assert.equal(boxes[1]?.x, 0);
  assert.ok(near((boxes[0]?.x ?? 0) + (boxes[0]?.width ?? 0), PAGE.width));
  assert.ok(near(area(boxes[0] as Box), 20));
});

test("a margin never turns a box inside out", () => {
  assert.deepEqual(inset({ x: 0, y: 0, width: 3, height: 3 }, 2), { x: 1.5, y: 2, width: 0, height: 0 });
  assert.deepEqual(inset(PAGE, 1, 2), { x: 1, y: 2, width: 4, height: 1 });
});
