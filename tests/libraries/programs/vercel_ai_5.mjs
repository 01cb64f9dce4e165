// /// script
// dependencies = [
//     "ai@5",
//     "@ai-sdk/openai@2",
//     "@opentelemetry/api@~1.9.0",
//     "@opentelemetry/exporter-trace-otlp-http@<0.300",
//     "@opentelemetry/sdk-trace-node@2",
//     "@opentelemetry/resources@2",
//     "zod@4",
// ]
//
// [tool.econome]
// title = "Vercel's AI SDK 5"
// labels = ["user anna", "session thread-1", "tag beta"]
//
// [[tool.econome.lost]]
// calls = "cached chat"
// what = ["cache_read"]
// why = "generateText says two sums alone; streamText says more"
//
// [[tool.econome.lost]]
// calls = "cached response"
// what = ["cache_read"]
// why = "generateText says two sums alone; streamText says more"
//
// [[tool.econome.lost]]
// calls = "thinking *"
// what = ["reasoning"]
// why = "generateText says two sums alone; streamText says more"
// ///
// The wrapper of each call repeats the sum of its steps.
import { provider } from "./otlp.mjs";
import { allCalls } from "./vercel_talk.mjs";

const metadata = { userId: "anna", sessionId: "thread-1", tags: ["beta"] };
await allCalls({ experimental_telemetry: { isEnabled: true, functionId: "peel", metadata } });
await provider.shutdown();
