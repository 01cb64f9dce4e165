import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { atHome, found, type Group, read } from "./snippets.ts";

const folder = new URL("../../../examples/connect/", import.meta.url);
const text = (name: string) => readFileSync(new URL(name, folder), "utf8");
const listed = JSON.parse(text("clients.json")) as {
  groups: { en: string; fr: string; clients: string[] }[];
};
const groups: Group[] = listed.groups.map(({ en, fr, clients }) => ({
  titles: { en, fr },
  snippets: clients.map((name) => read(name, text(`${name}.md`))),
}));
const named = (sought: string) =>
  found(groups, sought).flatMap((group) => group.snippets.map((snippet) => snippet.name));

test("each file says what it is in both languages, and what to paste", () => {
  for (const snippet of groups.flatMap((group) => group.snippets)) {
    assert.ok(snippet.title && snippet.language && snippet.notes.en && snippet.notes.fr, snippet.name);
    assert.ok(snippet.blocks.length > 0, snippet.name);
    for (const block of snippet.blocks) assert.ok(block.code.trim(), snippet.name);
  }
});

test("a block knows where it belongs", () => {
  const [server, shell, program] = read("grpc", text("opentelemetry-grpc.md")).blocks;
  assert.deepEqual([server?.place, shell?.place, program?.place], ["server", "", "app.py"]);
  assert.equal(server?.code, "econome serve --grpc-port 4317");
});

test("address, host and key are those of the server that is looked at", () => {
  const code = "curl http://127.0.0.1:3266/health http://127.0.0.1:4317 YOUR_KEY";
  assert.equal(
    atHome(code, "https://tokens.example:8443", "eco_1"),
    "curl https://tokens.example:8443/health http://tokens.example:4317 eco_1",
  );
});

test("clients are found by title, language, what they trace, or their group", () => {
  assert.deepEqual(named("gRPC"), ["opentelemetry-grpc"]);
  assert.deepEqual(named("phoenix lang"), ["openinference-langchain"]);
  assert.ok(named("javascript").includes("vercel-ai"));
  assert.deepEqual(named("tracage"), named("Bibliothèques de traçage"));
  assert.deepEqual(named("no such thing"), []);
  assert.equal(named("").length, groups.flatMap((group) => group.snippets).length);
});
