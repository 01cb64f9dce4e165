// What every program says to OpenAI in JavaScript, as conversations.py does in Python.
const model = "gpt-4o-mini";
const said = (content) => [{ role: "system", content: "You are brief." }, { role: "user", content }];

export async function allCalls(client) {
  const create = (more) => client.chat.completions.create({ model, ...more });
  await create({ messages: said("How do I peel an onion?"), temperature: 0.5 });
  await create({ messages: said("The same, from what is cached.") });
  await create({ messages: said("Take time to think.") });
  for (const content of ["Stream how to peel an onion.", "Stream what is cached."]) {
    const stream = await create({ messages: said(content), stream: true, stream_options: { include_usage: true } });
    for await (const _ of stream);
  }
  for await (const _ of await create({ messages: said("Stream in silence."), stream: true }));
  await client.responses.create({ model, input: "How do I peel an onion?" });
  await client.responses.create({ model, input: "The same, from what is cached." });
  for await (const _ of await client.responses.create({ model, input: "Stream how to peel an onion.", stream: true }));
  await client.embeddings.create({ model: "text-embedding-3-small", input: ["an onion"] });
  await create({ messages: said("Please fail.") }).catch(() => {});
}
