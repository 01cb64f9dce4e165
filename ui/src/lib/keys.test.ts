import assert from "node:assert/strict";
import { test } from "node:test";
import { Chords } from "./keys.ts";

test("a letter soon after g is a chord, later it is a letter", () => {
  const chords = new Chords();
  assert.equal(chords.read("g", 0), "g");
  assert.equal(chords.read("r", 500), "g r");
  assert.equal(chords.read("r", 600), "r");
  chords.read("g", 1000);
  assert.equal(chords.read("r", 2500), "r");
});
