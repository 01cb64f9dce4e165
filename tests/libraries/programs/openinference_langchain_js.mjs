// /// script
// dependencies = [
//     "@arizeai/openinference-instrumentation-langchain@4",
//     "@langchain/core@1",
//     "@langchain/openai@1",
//     "@opentelemetry/api@~1.9.0",
//     "@opentelemetry/exporter-trace-otlp-http@<0.300",
//     "@opentelemetry/sdk-trace-node@2",
//     "@opentelemetry/resources@2",
// ]
//
// [tool.econome]
// title = "OpenInference for LangChain in JavaScript"
// ///
import { LangChainInstrumentation } from "@arizeai/openinference-instrumentation-langchain";
import * as callbacks from "@langchain/core/callbacks/manager";
import { ChatPromptTemplate } from "@langchain/core/prompts";
import { ChatOpenAI } from "@langchain/openai";
import { provider } from "./otlp.mjs";

const instrumentation = new LangChainInstrumentation({ tracerProvider: provider });
instrumentation.manuallyInstrument(callbacks);
const configuration = { baseURL: process.env.OPENAI_BASE_URL };
const model = new ChatOpenAI({ model: "gpt-4o-mini", maxRetries: 0, configuration });
const chain = ChatPromptTemplate.fromMessages([["system", "You are brief."], ["user", "{question}"]]).pipe(model);
await chain.invoke({ question: "How do I peel an onion?" });
await chain.invoke({ question: "The same, from what is cached." });
await chain.invoke({ question: "Take time to think." });
for await (const _ of await chain.stream({ question: "Stream how to peel an onion." }));
await chain.invoke({ question: "Please fail." }).catch(() => {});
await new Promise((done) => setTimeout(done, 500)); // its callbacks run behind
await provider.shutdown();
