import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf, fitted, moved, resized, roomOf, shown, spelt, template } from "./columns.ts";

const keys = (columns: { key: string }[]) => columns.map((column) => column.key);

test("the viewer's columns come in the viewer's order, unknown and repeated ones left out", () => {
  assert.deepEqual(keys(shown("cost,name,nonsense,cost", "runs")), ["cost", "name"]);
  assert.deepEqual(keys(shown("nonsense", "runs")), keys(shown(null, "runs")));
});

test("an address keeps columns as they are, with widths and keys of any letters", () => {
  const columns = shown("name:240,metadata.plan,score.stars:90,metadata.a%2cb%3ac", "runs");
  assert.deepEqual(keys(columns), ["name", "metadata.plan", "score.stars", "metadata.a,b:c"]);
  assert.equal(columns[0]?.width, 240);
  assert.deepEqual(shown(spelt(columns), "runs"), columns);
});

test("a column is as wide as the viewer made it, until it is let go", () => {
  const wide = resized(shown("name,cost", "runs"), "cost", 301.4);
  assert.equal(spelt(wide), "name,cost:301");
  assert.equal(spelt(resized(wide, "cost", 4)), "name,cost:36");
  assert.equal(spelt(resized(wide, "cost", null)), "name,cost");
});

test("a narrow table keeps names, tokens and cost", () => {
  const usual = shown(null, "runs");
  assert.deepEqual(fitted(usual, 2000), usual);
  const narrow = fitted(usual, 366);
  assert.deepEqual(keys(narrow), ["name", "input", "output", "cost"]);
  assert.ok(roomOf(narrow, boxOf(366)) <= 366);
  assert.match(template(narrow, boxOf(366)), /^minmax\(\d+px, 1fr\)/);
  assert.match(template(usual, boxOf(1000)), /^22px 106px/);
});

test("who chose columns scrolls to them", () => {
  const many = shown("started,name,text,model,latency,input,output,cost,tags,user,session", "runs");
  assert.deepEqual(fitted(many, 900, true), many);
});

test("columns move by places and stop at the ends", () => {
  const columns = shown("name,text,cost", "runs");
  assert.deepEqual(keys(moved(columns, "text", -1)), ["text", "name", "cost"]);
  assert.deepEqual(keys(moved(columns, "name", 2)), ["text", "cost", "name"]);
  assert.deepEqual(keys(moved(columns, "name", -1)), ["name", "text", "cost"]);
});
