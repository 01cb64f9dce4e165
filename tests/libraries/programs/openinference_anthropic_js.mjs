// /// script
// dependencies = [
//     "@arizeai/openinference-instrumentation-anthropic@0.2",
//     "@anthropic-ai/sdk@1",
//     "@opentelemetry/api@~1.9.0",
//     "@opentelemetry/exporter-trace-otlp-http@<0.300",
//     "@opentelemetry/sdk-trace-node@2",
//     "@opentelemetry/resources@2",
// ]
//
// [tool.econome]
// title = "OpenInference for Anthropic in JavaScript"
// ///
import Anthropic from "@anthropic-ai/sdk";
import { AnthropicInstrumentation } from "@arizeai/openinference-instrumentation-anthropic";
import { allCalls } from "./anthropic_talk.mjs";
import { provider } from "./otlp.mjs";

const instrumentation = new AnthropicInstrumentation({ tracerProvider: provider });
instrumentation.manuallyInstrument(Anthropic);
await allCalls(new Anthropic({ maxRetries: 0 }));
await provider.shutdown();
