// What programs of the AI SDK do: text, streams, a tool in two steps, an object, embeddings, a failure.
import { createOpenAI } from "@ai-sdk/openai";
import { embed, embedMany, generateText, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

const openai = createOpenAI({ baseURL: process.env.OPENAI_BASE_URL });

export async function allCalls(settings) {
  const weather = tool({
    description: "The weather in a city.",
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => `Rain in ${city}.`,
  });
  for (const model of [openai.chat("gpt-4o-mini"), openai.responses("gpt-4o-mini")]) {
    const most = { model, system: "You are brief.", maxRetries: 0, ...settings };
    await generateText({ ...most, prompt: "How do I peel an onion?", temperature: 0.5 });
    await generateText({ ...most, prompt: "The same, from what is cached." });
    await generateText({ ...most, prompt: "Take time to think." });
    const tools = { weather };
    await generateText({ ...most, prompt: "What is the weather in Paris?", tools, stopWhen: stepCountIs(3) });
    for (const prompt of ["Stream how to peel an onion.", "Stream what is cached."]) {
      for await (const _ of streamText({ ...most, prompt }).textStream);
    }
  }
  const model = openai.embedding("text-embedding-3-small");
  await embed({ model, value: "an onion", ...settings });
  await embedMany({ model, values: ["an onion", "a peel"], ...settings });
  await generateText({ model: openai.chat("gpt-4o-mini"), prompt: "Please fail.", maxRetries: 0, ...settings }).catch(() => {});
}
