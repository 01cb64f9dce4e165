// /// script
// dependencies = ["langfuse@3", "openai@4"]
//
// [tool.econome]
// title = "Langfuse 3 in JavaScript: batches of JSON"
// labels = ["user anna", "session thread-1", "tag beta"]
//
// [tool.econome.environment]
// LANGFUSE_PUBLIC_KEY = "langfuse-js-3"
//
// [[tool.econome.lost]]
// calls = "embeddings"
// what = ["usage"]
// why = "not read of embeddings"
// ///
import assert from "node:assert";
import { Langfuse, observeOpenAI } from "langfuse";
import OpenAI from "openai";
import { allCalls } from "./openai_talk.mjs";

const langfuse = new Langfuse({ baseUrl: process.env.LANGFUSE_BASE_URL });
const trace = langfuse.trace({ name: "app", userId: "anna", sessionId: "thread-1", tags: ["beta"] });
await allCalls(observeOpenAI(new OpenAI({ maxRetries: 0 }), { parent: trace, clientInitParams: {} }));
trace.score({ name: "stars", value: 4, comment: "good" });
trace.update({ output: "done" });
await langfuse.flushAsync();
await langfuse.shutdownAsync();
assert(trace.id);
