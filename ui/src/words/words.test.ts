import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fill } from "../lib/words.ts";
import english from "./en.ts";
import french from "./fr.ts";

const en: Record<string, string> = english;
const fr: Record<string, string> = french;

test("both languages have the same keys, in the same order", () => {
  assert.deepEqual(Object.keys(fr), Object.keys(en));
});

test("no area says what another says already, and each is gathered", () => {
  for (const [language, words] of [
    ["en", en],
    ["fr", fr],
  ] as const) {
    const folder = new URL(`./${language}/`, import.meta.url);
    const keys = readdirSync(folder).flatMap((name) =>
      Object.keys(JSON.parse(readFileSync(new URL(name, folder), "utf8")) as object),
    );
    assert.deepEqual(keys.sort(), Object.keys(words).sort());
  }
});

test("both leave the same blanks and the same plurals", () => {
  const blanks = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();
  for (const [key, text] of Object.entries(en)) {
    assert.deepEqual(blanks(fr[key] as string), blanks(text), key);
    assert.equal((fr[key] as string).includes("|"), text.includes("|"), key);
  }
});

test("no text is left without a use", () => {
  const root = new URL("../", import.meta.url);
  const sources = readdirSync(root, { recursive: true })
    .map(String)
    .filter((name) => /\.(svelte|ts)$/.test(name) && !name.includes(".test."))
    .map((name) => readFileSync(new URL(name, root), "utf8"))
    .join("\n");
  const groups = [...sources.matchAll(/named\(\s*"(\w+)"|t\(`([\w.]+)\$\{/g)].map((found) =>
    found[1] ? `${found[1]}.` : (found[2] as string),
  );
  const unused = Object.keys(en).filter(
    (key) => !sources.includes(`"${key}"`) && !groups.some((group) => key.startsWith(group)),
  );
  assert.deepEqual(unused, []);
});

test("a count chooses its plural by the language's own rule", () => {
  assert.equal(fill("{n} run|{n} runs", { n: 1 }, "en"), "1 run");
  assert.equal(fill("{n} run|{n} runs", { n: 0 }, "en"), "0 runs");
  assert.equal(fill("{n} run|{n} runs", { n: 0 }, "fr"), "0 run");
  assert.equal(fill("{n} run|{n} runs", { n: 1200 }, "en"), "1,200 runs");
  assert.equal(fill("{missing}", {}, "en"), "{missing}");
});
