import assert from "node:assert/strict";
import { test } from "node:test";
import {
  currencyOf,
  ago,
  bucketTime,
  change,
  delta,
  duration,
  integer,
  money,
  percent,
  short,
  tickDuration,
  tickMoney,
  wholeMoney,
} from "./format.ts";

/** The spaces that a language writes, made plain. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

test("money is written as each language writes it", () => {
  assert.equal(money("12345.67", "en"), "$12,345.67");
  assert.equal(plain(money("12345.67", "fr")), "12 345,67 $");
});

test("money beyond the reach of a float keeps every digit", () => {
  assert.equal(wholeMoney("90071992547409931.123456789", "en"), "$90,071,992,547,409,931.123456789");
  assert.equal(wholeMoney("0.000000000000000001", "en"), "$0.000000000000000001");
});

test("a small amount still says something", () => {
  assert.equal(money("0.012", "en"), "$0.0120");
  assert.equal(money("0.0025", "en"), "$0.0025");
  assert.equal(money("0.0000042", "en"), "$0.0000042");
  assert.equal(money("0", "en"), "$0.00");
});

test("a round amount on an axis has no needless places", () => {
  assert.equal(tickMoney(0.2, "en"), "$0.2");
  assert.equal(tickMoney(0, "en"), "$0");
});

test("large counts are short, small ones whole", () => {
  assert.equal(short(9_999, "en"), "9,999");
  assert.equal(short(1_234_567, "en"), "1.23M");
  assert.equal(plain(short(1_234_567, "fr")), "1,23 M");
  assert.equal(plain(integer(1_234_567, "fr")), "1 234 567");
});

test("a share that is not all is not written as all", () => {
  assert.equal(percent(0.99999, "en"), "99.9%");
  assert.equal(percent(0.00001, "en"), "0.1%");
  assert.equal(percent(1, "en"), "100%");
  assert.equal(percent(0, "en"), "0%");
});

test("durations go from milliseconds to hours", () => {
  assert.equal(duration(0.0123, "en"), "12 ms");
  assert.equal(duration(1.239, "en"), "1.24 s");
  assert.equal(duration(1.239, "fr"), "1,24 s");
  assert.equal(duration(12.34, "en"), "12.3 s");
  assert.equal(duration(125, "en"), "2 min 05 s");
  assert.equal(duration(3725, "en"), "1 h 02 min");
  assert.equal(tickDuration(2, "en"), "2 s");
});

test("a change needs something to change from", () => {
  assert.equal(change(12, 10), 0.2);
  assert.equal(change(12, 0), null);
  assert.equal(change(null, 10), null);
  assert.equal(delta(0.2, "en"), "+20%");
  assert.equal(delta(7, "en"), "×8");
});

test("times are told in words and in days", () => {
  const now = Date.UTC(2026, 10, 24, 12);
  assert.equal(ago(now - 3 * 60_000, now, "en"), "3 minutes ago");
  assert.equal(ago(now - 86_400_000, now, "fr"), "hier");
  assert.match(bucketTime(now, 86_400, "en"), /Nov 24/);
});

test("an amount is written in the currency of the answer", () => {
  assert.equal(money("12.5", "en", "EUR"), "€12.50");
  assert.equal(plain(money("12.5", "fr", "EUR")), "12,50 €");
  assert.equal(currencyOf("EUR"), "EUR");
  for (const text of [null, "", "euro", "E<R"]) assert.equal(currencyOf(text), "USD");
});
