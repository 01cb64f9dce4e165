import assert from "node:assert/strict";
import { test } from "node:test";
import { diff, LONGEST, tally, words } from "./diff.ts";

const shown = (before: string, after: string) =>
  diff(before, after)
    .map((piece) => ({ same: piece.text, gone: `[-${piece.text}-]`, come: `{+${piece.text}+}` })[piece.kind])
    .join("");

test("a word that was exchanged stands beside what took its place", () => {
  assert.equal(shown("the red fox runs", "the grey fox runs"), "the [-red -]{+grey +}fox runs");
});

test("words that came and words that went are told apart", () => {
  assert.equal(shown("a b c d", "a c d e"), "a [-b -]c [-d-]{+d e+}");
  assert.equal(shown("", "new"), "{+new+}");
  assert.equal(shown("old", ""), "[-old-]");
  assert.deepEqual(diff("", ""), []);
  assert.deepEqual(diff("same", "same"), [{ kind: "same", text: "same" }]);
});

test("both texts can be read out of the pieces", () => {
  let seed = 11;
  const chance = (most: number) => (seed = (seed * 48271) % 2147483647) % most;
  for (let round = 0; round < 200; round += 1) {
    const text = () => Array.from({ length: chance(30) }, () => "abcd"[chance(4)]).join(" ");
    const [before, after] = [text(), text()];
    const pieces = diff(before, after);
    const of = (other: string) =>
      pieces
        .filter((piece) => piece.kind !== other)
        .map((piece) => piece.text)
        .join("");
    assert.equal(of("come"), before);
    assert.equal(of("gone"), after);
  }
});

test("no shorter way leads from one to the other", () => {
  const pieces = diff("a b c a b b a ", "c b a b a c "); // Myers' own example: five edits
  const edits = pieces.filter((piece) => piece.kind !== "same").flatMap((piece) => words(piece.text));
  assert.equal(edits.length, 5);
});

test("texts that have nothing in common are exchanged whole, soon", () => {
  const before = Array.from({ length: 5_000 }, (_, at) => `a${at}`).join(" ");
  const after = Array.from({ length: 5_000 }, (_, at) => `b${at}`).join(" ");
  assert.deepEqual(
    diff(before, after).map((piece) => piece.kind),
    ["gone", "come"],
  );
});

test("of a text without end only its beginning is looked at", () => {
  const [piece] = diff("x".repeat(2 * LONGEST), "x".repeat(2 * LONGEST));
  assert.equal(piece?.text.length, LONGEST);
});

test("words are counted, not signs", () => {
  assert.deepEqual(tally(diff("one, two", "one, three four")), { same: 1, gone: 1, come: 2 });
});

test("words of every script stay whole", () => {
  assert.deepEqual(words("Économe, 你好 x_1!"), ["Économe", ", ", "你好 ", "x_1", "!"]);
});
