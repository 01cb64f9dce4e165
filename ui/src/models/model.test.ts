import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelRow } from "../api.gen.ts";
import { keyOf, speedOf } from "./model.ts";

const none = { p50: null, p5: null, calls: 0 };
const of = (streamed: object, whole: object) => ({ speed: { streamed, whole } }) as unknown as ModelRow;

test("two providers of one model are two", () => {
  assert.notEqual(keyOf({ model: "m", provider: "a" }), keyOf({ model: "m", provider: "b" }));
});

test("the speed that most calls tell is shown, and which it is", () => {
  const fast = { p50: 90, p5: 50, calls: 10 };
  const slow = { p50: 30, p5: 10, calls: 3 };
  assert.deepEqual(speedOf(of(fast, slow)), { ...fast, isStreamed: true });
  assert.deepEqual(speedOf(of(slow, fast)), { ...fast, isStreamed: false });
  assert.deepEqual(speedOf(of(slow, none)), { ...slow, isStreamed: true });
  assert.deepEqual(speedOf(of(none, none)), { ...none, isStreamed: false });
});
