// /// script
// dependencies = [
//     "@traceloop/instrumentation-openai@0.27",
//     "openai@7",
//     "@opentelemetry/api@~1.9.0",
//     "@opentelemetry/exporter-trace-otlp-http@<0.300",
//     "@opentelemetry/sdk-trace-node@2",
//     "@opentelemetry/resources@2",
// ]
//
// [tool.econome]
// title = "OpenLLMetry (Traceloop) for OpenAI in JavaScript"
// ///
import { OpenAIInstrumentation } from "@traceloop/instrumentation-openai";
import OpenAI from "openai";
import { allCalls } from "./openai_talk.mjs";
import { provider } from "./otlp.mjs";

const instrumentation = new OpenAIInstrumentation();
instrumentation.setTracerProvider(provider);
instrumentation.manuallyInstrument(OpenAI);
await allCalls(new OpenAI({ maxRetries: 0 }));
await provider.shutdown();
