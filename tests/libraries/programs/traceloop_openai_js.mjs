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
//
// [[tool.econome.lost]]
// calls = "*stream"
// what = ["usage"]
// why = "not read of streams"
//
// [[tool.econome.lost]]
// calls = "*"
// what = ["cache_read", "reasoning"]
// why = "not sent"
//
// [[tool.econome.lost]]
// calls = "embeddings"
// what = ["call"]
// why = "not instrumented"
//
// [[tool.econome.lost]]
// calls = "failing chat"
// what = ["call"]
// why = "a refused call leaves no span"
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
