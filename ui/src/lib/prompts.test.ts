import assert from "node:assert/strict";
import { test } from "node:test";
import { cachedShare, difference, isSaid, pieces, slices, sumOf } from "./prompts.ts";
import type { SegmentShare } from "../api.gen.ts";

const share = (segment: SegmentShare["segment"], tokens: number, cost: string | null = null, read = 0) => ({
  segment,
  chars: 0,
  tokens,
  uncached: tokens - read,
  cache_read: read,
  cache_write: 0,
  cost,
});

test("a segment that is nothing has no slice", () => {
  const found = slices([share("tools", 0), share("system", 30, null, 15), share("user", 10)], "tokens");
  assert.deepEqual(
    found.map(({ segment, value, cached }) => [segment, value, cached]),
    [
      ["system", 30, 0.5],
      ["user", 10, 0],
    ],
  );
  assert.equal(sumOf(found), 40);
});

test("what has no price has no slice of the cost", () => {
  assert.deepEqual(
    slices([share("system", 30, "0.5"), share("user", 10)], "cost").map((one) => one.segment),
    ["system"],
  );
});

test("the cached share of nothing is unknown", () => {
  assert.equal(cachedShare([share("user", 0)]), null);
  assert.equal(cachedShare([share("system", 30, null, 30), share("user", 10)]), 0.75);
});

test("an empty piece at an end is a slot there", () => {
  assert.deepEqual(
    pieces(["", " is kind, ", ""]).map((one) => one.text),
    [null, " is kind, ", null],
  );
  assert.deepEqual(pieces([""]), []);
  assert.equal(isSaid([""]), false);
  assert.equal(isSaid(["", ""]), true);
});

test("equal wordings have no difference", () => {
  assert.deepEqual(difference(["Be kind to ", "."], ["Be kind to ", "."]), [
    { kind: "same", text: "Be kind to " },
    { kind: "same", text: null },
    { kind: "same", text: "." },
  ]);
});

test("a changed word is gone and new", () => {
  assert.deepEqual(difference(["Answer in 50 words."], ["Answer in 20 words."]), [
    { kind: "same", text: "Answer in " },
    { kind: "gone", text: "50" },
    { kind: "new", text: "20" },
    { kind: "same", text: " words." },
  ]);
});

test("words changed in a row are gone together and new together", () => {
  assert.deepEqual(difference(["Answer kindly and soon please."], ["Answer in three lines please."]), [
    { kind: "same", text: "Answer " },
    { kind: "gone", text: "kindly and soon" },
    { kind: "new", text: "in three lines" },
    { kind: "same", text: " please." },
  ]);
});

test("wording that became a slot is gone, and the slot is new", () => {
  assert.deepEqual(difference(["For Ada only"], ["For ", " only"]), [
    { kind: "same", text: "For " },
    { kind: "gone", text: "Ada" },
    { kind: "new", text: null },
    { kind: "same", text: " only" },
  ]);
});

test("both wordings can be read out of their difference", () => {
  const pairs: [string[], string[]][] = [
    [["a b c d e"], ["b c x e f"]],
    [
      ["", " one two ", " three"],
      ["one ", " three four"],
    ],
    [[""], ["all new words"]],
    [["all old words"], [""]],
  ];
  const flat = (literals: string[]) =>
    pieces(literals)
      .map((one) => one.text ?? "{}")
      .join("");
  for (const [before, after] of pairs) {
    const changes = difference(before, after);
    const kept = (kind: string) =>
      changes
        .filter((one) => one.kind !== kind)
        .map((one) => one.text ?? "{}")
        .join("");
    assert.equal(kept("new"), flat(before));
    assert.equal(kept("gone"), flat(after));
  }
});
