// /// script
// dependencies = [
//     "ai@6",
//     "@ai-sdk/openai@3",
//     "@opentelemetry/api@~1.9.0",
//     "@opentelemetry/exporter-trace-otlp-http@<0.300",
//     "@opentelemetry/sdk-trace-node@2",
//     "@opentelemetry/resources@2",
//     "zod@4",
// ]
//
// [tool.econome]
// title = "Vercel's AI SDK 6"
// labels = ["user anna", "session thread-1", "tag beta"]
// ///
// The wrapper of each call repeats the sum of its steps.
import { provider } from "./otlp.mjs";
import { allCalls } from "./vercel_talk.mjs";

const metadata = { userId: "anna", sessionId: "thread-1", tags: ["beta"] };
await allCalls({ experimental_telemetry: { isEnabled: true, functionId: "peel", metadata } });
await provider.shutdown();
