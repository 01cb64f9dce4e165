// A traced app and the questions that its owner asks, with LangSmith's JavaScript SDK.
// Prints what it read back, as JSON.
// With "old" as the third argument, as on a Node whose zlib has no zstd yet.
import { createRequire } from "node:module";

const [endpoint, project, node] = process.argv.slice(2);
if (node === "old")
  Object.defineProperty(createRequire(import.meta.url)("node:zlib"), "createZstdCompress", { value: undefined });

// How runs were sent: unpacked and bit by bit, or packed, and with what.
const sent = [];
const ask = globalThis.fetch;
globalThis.fetch = (url, options) => {
  if (String(url).includes("/runs/"))
    if (options?.method === "POST" && !String(url).endsWith("/query"))
      sent.push({
        path: new URL(url).pathname,
        encoding: new Headers(options.headers).get("content-encoding"),
        streamed: options.body instanceof ReadableStream,
      });
  return ask(url, options);
};

const { Client } = await import("langsmith");
const { traceable } = await import("langsmith/traceable");
const client = new Client({ apiUrl: endpoint, apiKey: "anything" });
const settings = { client, project_name: project, tracingEnabled: true };
const alive = setInterval(() => {}, 1000); // the SDK's sender does not keep Node running by itself

const model = traceable(
  async (question) => ({
    text: question.toUpperCase(),
    usage_metadata: { input_tokens: 1000, output_tokens: 50, total_tokens: 1050, input_token_details: { cache_read: 400 } },
  }),
  { ...settings, name: "model", run_type: "llm", metadata: { ls_provider: "openai", ls_model_name: "gpt-4o" } },
);
const words = traceable(async function* () { yield* ["Bon", "jour"]; }, { ...settings, name: "words" });
const app = traceable(
  async (question) => {
    let said = "";
    for await (const word of words()) said += word;
    return said + (await model(question)).text;
  },
  { ...settings, name: "app", tags: ["beta"] },
);
const broken = traceable(async () => { throw new Error("no such drawer"); }, { ...settings, name: "broken" });

await app("où ?");
await broken().catch(() => {});
await client.awaitPendingTraceBatches();

const runs = [];
for await (const run of client.listRuns({ projectName: project })) runs.push(run);
const top = runs.find((run) => run.name === "app");
const llm = [];
for await (const run of client.listRuns({ projectName: project, filter: 'eq(run_type, "llm")' })) llm.push(run.name);
const given = await client.createFeedback(top.id, "stars", { score: 1, comment: "bien" });
const feedback = [];
for await (const one of client.listFeedback({ runIds: [top.id] })) feedback.push(one);
const read = await client.readProject({ projectName: project, includeStats: true });
console.log(JSON.stringify({
  runs,
  llm,
  read: await client.readRun(top.id),
  url: await client.getRunUrl({ run: top }),
  project: read,
  feedback,
  given: given.id,
  sent,
}));
clearInterval(alive);
