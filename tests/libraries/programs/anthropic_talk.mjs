// What every program says to Anthropic in JavaScript, as conversations.py does in Python.
const most = { model: "claude-sonnet-4-5", max_tokens: 200, system: "You are brief." };
const said = (content) => [{ role: "user", content }];

export async function allCalls(client) {
  await client.messages.create({ ...most, messages: said("How do I peel an onion?") });
  await client.messages.create({ ...most, messages: said("The same, from what is cached.") });
  for (const content of ["Stream how to peel an onion.", "Stream what is cached."]) {
    for await (const _ of await client.messages.create({ ...most, messages: said(content), stream: true }));
  }
  await client.messages.stream({ ...most, messages: said("Stream what you think.") }).finalMessage();
  await client.messages.create({ ...most, messages: said("Please fail.") }).catch(() => {});
}
