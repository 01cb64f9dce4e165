import assert from "node:assert/strict";
import { test } from "node:test";
import { inPath, nameIn } from "./paths.ts";

test("a plain name stands in a path as it is", () => {
  for (const name of ["chat-1", "user@example.org", "7c0de111-24d6", "a.b:c"])
    assert.equal(inPath(name), name);
});

test("any other name comes back, and no sign of it means something in an address", () => {
  for (const name of ["a/b", "..", ".", "~x", "été ☕", "50%", "?x=1#y", "-", "", "a\nb"]) {
    const path = inPath(name);
    assert.match(path, /^~[A-Za-z0-9_-]*$/);
    assert.equal(nameIn(path), name);
  }
});

test("a path that nobody wrote so is taken as it is", () => {
  for (const path of ["~_w", "~é", "chat"]) assert.equal(nameIn(path), path);
});
