import assert from "node:assert/strict";
import { test } from "node:test";
import { draftOf, emptyDraft, faults, hundredth, percentOf, rateText, readRate, sent } from "./prices.ts";

test("a rate with steps is written and read the same", () => {
  assert.equal(rateText(["1.25", [200000, "2.5"]]), "1.25; 200000: 2.5");
  assert.deepEqual(readRate("1.25; 200000: 2.5"), ["1.25", [200000, "2.5"]]);
  assert.equal(readRate("2,50"), "2.50");
  for (const bad of ["", "-1", "x", "1; 2", "1; many: 2", "1e9"]) assert.equal(readRate(bad), null, bad);
});

test("a percentage becomes a share and back, with no digit lost", () => {
  for (const [percent, share] of [
    ["15", "0.15"],
    ["7.5", "0.075"],
    ["100", "1"],
    ["0.1", "0.001"],
  ] as const) {
    assert.equal(hundredth(percent), share);
    assert.equal(percentOf(share), percent);
  }
});

test("a draft tells what is wrong with each of its fields", () => {
  assert.deepEqual(
    [...faults(emptyDraft())],
    [
      ["model", "model"],
      ["rates.uncached", "nothing"],
    ],
  );
  const draft = emptyDraft({ model: "m", rates: { uncached: "two" }, discount: "15" });
  assert.deepEqual([...faults(draft).keys()], ["rates.uncached", "discount"]);
  assert.deepEqual([...faults(emptyDraft({ model: "m", discount: "101" })).values()], ["discount"]);
  assert.equal(faults(emptyDraft({ model: "m", discount: "15" })).size, 0);
});

test("what is sent holds only what was filled in", () => {
  const draft = emptyDraft({
    model: " m ",
    rates: { uncached: "2,5", text_out: "" },
    fees: { request: "0.1" },
  });
  assert.deepEqual(sent(draft), { model: "m", rates: { uncached: "2.5" }, fees: { request: "0.1" } });
  assert.deepEqual(sent(emptyDraft({ model: "m", discount: "15" })), { model: "m", discount: "0.15" });
});

test("a price of one's own is changed from what it is", () => {
  const draft = draftOf({
    id: "1",
    source: "overrides",
    source_version: "",
    provider: "openai",
    model: "gpt-4o",
    project: "",
    valid_from: "2026-07-01",
    hours: null,
    tier: "",
    rates: { uncached: "2.5" },
    fees: {},
    discount: "0",
    note: "",
    author: "ada",
    created_at: null,
    editable: true,
  });
  assert.deepEqual(sent(draft), {
    model: "gpt-4o",
    provider: "openai",
    valid_from: "2026-07-01",
    rates: { uncached: "2.5" },
  });
});
