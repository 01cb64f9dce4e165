// /// script
// dependencies = [
//     "@anthropic-ai/sdk@1",
//     "@opentelemetry/api@~1.9.0",
//     "@opentelemetry/exporter-trace-otlp-http@<0.300",
//     "@opentelemetry/sdk-trace-node@2",
//     "@opentelemetry/resources@2",
// ]
//
// [tool.econome]
// title = "Anthropic's SDK in JavaScript, by itself"
// ///
import Anthropic from "@anthropic-ai/sdk";
import { allCalls } from "./anthropic_talk.mjs";
import { provider } from "./otlp.mjs";

await allCalls(new Anthropic({ maxRetries: 0 }));
await provider.shutdown();
