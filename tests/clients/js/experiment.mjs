// A dataset, an experiment on it, and what is read back of both, with LangSmith's JavaScript SDK.
import { Client } from "langsmith";
import { evaluate } from "langsmith/evaluation";
import { traceable } from "langsmith/traceable";

const [endpoint, project] = process.argv.slice(2);
const client = new Client({ apiUrl: endpoint, apiKey: "anything" });
const alive = setInterval(() => {}, 1000);
const all = async (found) => {
  const list = [];
  for await (const one of found) list.push(one);
  return list;
};

const dataset = await client.createDataset(project, { description: "doubles", metadata: { team: "red" } });
await client.createExamples(
  [0, 1, 2].map((n) => ({
    dataset_id: dataset.id,
    inputs: { n },
    outputs: { double: 2 * n },
    metadata: { n },
    split: n ? "test" : "train",
    attachments: n === 2 ? { note: { mimeType: "text/plain", data: new TextEncoder().encode("two") } } : undefined,
  })),
);
const call = (name, usage, metadata) =>
  traceable(async () => ({ said: name, usage_metadata: usage }), { name, run_type: "llm", metadata });
const small = call(
  "small",
  { input_tokens: 1000, output_tokens: 100, total_tokens: 1100 },
  { ls_provider: "openai", ls_model_name: "gpt-4o-mini" },
);
const judge = call(
  "judge",
  { input_tokens: 2000, output_tokens: 10, total_tokens: 2010 },
  { ls_provider: "openai", ls_model_name: "gpt-4o" },
);
const results = await evaluate(
  async ({ n }) => {
    await small();
    return { double: n ? 2 * n : 7 };
  },
  {
    data: project,
    client,
    experimentPrefix: project,
    evaluators: [
      async ({ outputs, referenceOutputs }) => {
        await judge();
        return { key: "correct", score: outputs.double === referenceOutputs.double };
      },
    ],
  },
);
await client.awaitPendingTraceBatches();

const [example] = await all(client.listExamples({ datasetName: project, splits: ["train"] }));
await client.updateExample({ id: example.id, dataset_id: dataset.id, outputs: { double: 1 } });
const attached = await all(client.listExamples({ datasetId: dataset.id, includeAttachments: true, metadata: { n: 2 } }));
console.log(JSON.stringify({
  dataset: await client.readDataset({ datasetName: project }),
  experiment: await client.readProject({ projectName: results.experimentName, includeStats: true }),
  experiments: await all(client.listProjects({ referenceDatasetId: dataset.id })),
  changed: await client.readExample(example.id),
  note: await (await fetch(attached[0].attachments?.note?.presigned_url ?? "data:,none")).text(),
  splits: await client.listDatasetSplits({ datasetId: dataset.id }),
  results: results.results.length,
}));
clearInterval(alive);
