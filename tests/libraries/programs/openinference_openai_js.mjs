// /// script
// dependencies = [
//     "@arizeai/openinference-instrumentation-openai@4",
//     "openai@7",
//     "@opentelemetry/api@~1.9.0",
//     "@opentelemetry/exporter-trace-otlp-http@<0.300",
//     "@opentelemetry/sdk-trace-node@2",
//     "@opentelemetry/resources@2",
// ]
//
// [tool.econome]
// title = "OpenInference for OpenAI in JavaScript"
//
// [[tool.econome.lost]]
// calls = "*chat stream"
// what = ["usage"]
// why = "the last chunk of a stream is not read"
//
// [[tool.econome.lost]]
// calls = "embeddings"
// what = ["usage"]
// why = "not read"
//
// [[tool.econome.lost]]
// calls = "failing chat"
// what = ["call"]
// why = "a refused call leaves no span"
// ///
import { OpenAIInstrumentation } from "@arizeai/openinference-instrumentation-openai";
import OpenAI from "openai";
import { allCalls } from "./openai_talk.mjs";
import { provider } from "./otlp.mjs";

const instrumentation = new OpenAIInstrumentation({ tracerProvider: provider });
instrumentation.manuallyInstrument(OpenAI);
await allCalls(new OpenAI({ maxRetries: 0 }));
await provider.shutdown();
