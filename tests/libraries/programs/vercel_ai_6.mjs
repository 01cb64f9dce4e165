// /// script
// dependencies = [
//     "ai@6.0.326",
//     "@ai-sdk/openai@3.0.141",
//     "@opentelemetry/api@1.9.1",
//     "@opentelemetry/exporter-trace-otlp-http@0.223.1",
//     "@opentelemetry/sdk-trace-node@2.12.0",
//     "@opentelemetry/resources@2.12.1",
//     "zod@4.6.7",
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
