// LangSmith's second API, shared runs and feedback by a link, with its JavaScript SDK.
import { Client } from "langsmith";
import { traceable } from "langsmith/traceable";

const [endpoint, project] = process.argv.slice(2);
const client = new Client({ apiUrl: endpoint, apiKey: "anything" });
const alive = setInterval(() => {}, 1000);
const all = async (found) => {
  const list = [];
  for await (const one of found) list.push(one);
  return list;
};

const model = traceable(
  async (question) => ({ text: question, usage_metadata: { input_tokens: 1000, output_tokens: 50, total_tokens: 1050 } }),
  {
    client,
    project_name: project,
    tracingEnabled: true,
    name: "model",
    run_type: "llm",
    metadata: { ls_provider: "openai", ls_model_name: "gpt-4o", thread_id: project },
  },
);
await model("où ?");
await client.awaitPendingTraceBatches();

const { id } = await client.readProject({ projectName: project });
const [run] = await all(client.runs.query({ project_ids: [id], selects: ["ID", "NAME", "TOTAL_TOKENS", "RUN_TYPE"] }));
const link = await client.shareRun(run.id);
const shared = await fetch(`${endpoint}/public/${link.split("/").at(-2)}/run`);
const { url } = await client.createPresignedFeedbackToken(run.id, "stars");
const thanked = await fetch(url, { method: "POST", body: JSON.stringify({ score: 1 }) });
const said = {
  run,
  retrieved: await client.runs.retrieve(run.id, { project_id: id, selects: ["NAME", "TOTAL_COST"] }),
  threads: await all(client.threads.query({ project_id: id })),
  traces: await all(client.traces.query({ project_id: id, selects: ["TOTAL_TOKENS"] })),
  shared: await shared.json(),
  thanked: thanked.status,
  feedback: await all(client.listFeedback({ runIds: [run.id] })),
};
await client.unshareRun(run.id);
said.link = (await client.readRunSharedLink(run.id)) ?? null;
console.log(JSON.stringify(said));
clearInterval(alive);
