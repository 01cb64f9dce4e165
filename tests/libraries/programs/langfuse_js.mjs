// /// script
// dependencies = [
//     "@langfuse/openai@5",
//     "@langfuse/otel@5",
//     "@langfuse/tracing@5",
//     "@opentelemetry/api@~1.9.0",
//     "@opentelemetry/exporter-trace-otlp-http@<0.300",
//     "@opentelemetry/sdk-node@<0.300",
//     "openai@7",
// ]
//
// [tool.econome]
// title = "Langfuse in JavaScript"
//
// [[tool.econome.lost]]
// calls = "embeddings"
// what = ["usage"]
// why = "not read of embeddings"
// ///
import { observeOpenAI } from "@langfuse/openai";
import { LangfuseSpanProcessor } from "@langfuse/otel";
import { startActiveObservation } from "@langfuse/tracing";
import { NodeSDK } from "@opentelemetry/sdk-node";
import OpenAI from "openai";
import { allCalls } from "./openai_talk.mjs";

const processor = new LangfuseSpanProcessor();
const sdk = new NodeSDK({ spanProcessors: [processor] });
sdk.start();
await startActiveObservation("app", async () => {
  await allCalls(observeOpenAI(new OpenAI({ maxRetries: 0 })));
});
await processor.forceFlush();
await sdk.shutdown();
