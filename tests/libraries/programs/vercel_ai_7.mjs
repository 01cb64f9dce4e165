// /// script
// dependencies = [
//     "ai@7",
//     "@ai-sdk/otel@1",
//     "@ai-sdk/openai@4",
//     "@opentelemetry/api@~1.9.0",
//     "@opentelemetry/exporter-trace-otlp-http@<0.300",
//     "@opentelemetry/sdk-trace-node@2",
//     "@opentelemetry/resources@2",
//     "zod@4",
// ]
//
// [tool.econome]
// title = "Vercel's AI SDK 7"
//
// [[tool.econome.lost]]
// calls = "thinking *"
// what = ["reasoning"]
// why = "its spans do not say it"
// ///
// Agents, steps and calls, all with the same tokens.
import { OpenTelemetry } from "@ai-sdk/otel";
import { registerTelemetry } from "ai";
import { provider } from "./otlp.mjs";
import { allCalls } from "./vercel_talk.mjs";

registerTelemetry(new OpenTelemetry());
await allCalls({ telemetry: { functionId: "peel" } });
await provider.shutdown();
