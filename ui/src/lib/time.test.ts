import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOf, moment, readSpan, seconds } from "./time.ts";

test("without a word the span is the last day", () => {
  assert.deepEqual(readSpan(new URLSearchParams()), { preset: "24h" });
  assert.deepEqual(readSpan(new URLSearchParams("range=constructor")), { preset: "24h" });
});

test("two ends beat a preset, unless they are upside down", () => {
  const both = new URLSearchParams("range=7d&since=2026-11-01T00:00:00Z&until=2026-11-02T00:00:00Z");
  assert.deepEqual(readSpan(both), { since: Date.UTC(2026, 10, 1), until: Date.UTC(2026, 10, 2) });
  both.set("until", "2026-10-01T00:00:00Z");
  assert.deepEqual(readSpan(both), { preset: "7d" });
});

test("a preset ends now", () => {
  assert.deepEqual(endsOf({ preset: "1h" }, 3_600_000), { since: 0, until: 3_600_000 });
});

test("moments are ISO or milliseconds", () => {
  assert.equal(moment("1764000000000"), 1764000000000);
  assert.equal(moment("soon"), null);
});

test("microseconds count", () => {
  const start = seconds("2026-11-24T06:00:00.000100Z");
  const end = seconds("2026-11-24T06:00:00.000350Z");
  assert.ok(Math.abs(end - start - 0.00025) < 1e-6);
});
