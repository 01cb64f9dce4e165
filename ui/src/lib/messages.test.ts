import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, messagesOf, pairs, soleText } from "./messages.ts";

const roles = (payload: unknown) => messagesOf(payload)?.map((message) => message.role);

test("OpenAI's messages, tool calls and answers", () => {
  const asked = messagesOf({
    messages: [
      { role: "developer", content: "Be brief." },
      {
        role: "user",
        content: [
          { type: "text", text: "Hi" },
          { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
        ],
      },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "1", type: "function", function: { name: "find", arguments: '{"id": 7}' } }],
      },
      { role: "tool", tool_call_id: "1", content: "found" },
    ],
  });
  assert.deepEqual(
    asked?.map((message) => message.role),
    ["system", "user", "assistant", "tool"],
  );
  assert.equal(asked?.[1]?.parts[1]?.type, "media");
  assert.deepEqual(asked?.[2]?.parts, [{ type: "call", call: { id: "1", name: "find", input: { id: 7 } } }]);
  assert.deepEqual(asked?.[3]?.parts, [{ type: "result", id: "1", content: "found" }]);
  assert.deepEqual(
    messagesOf({ choices: [{ message: { role: "assistant", content: "Yes" } }] })?.[0]?.parts,
    [{ type: "text", text: "Yes" }],
  );
});

test("LangChain's serialised messages and generations", () => {
  const human = {
    lc: 1,
    type: "constructor",
    id: ["langchain", "schema", "messages", "HumanMessage"],
    kwargs: { content: "Hi", type: "human" },
  };
  const ai = {
    lc: 1,
    type: "constructor",
    id: ["langchain", "schema", "messages", "AIMessageChunk"],
    kwargs: { content: "Ho" },
  };
  assert.deepEqual(roles({ messages: [[human, ai]] }), ["user", "assistant"]);
  assert.deepEqual(roles({ generations: [[{ text: "Ho", message: ai }]] }), ["assistant"]);
  assert.deepEqual(roles({ generations: [[{ text: "Ho" }]] }), ["assistant"]);
  assert.deepEqual(
    roles({
      messages: [
        ["human", "Hi"],
        ["ai", "Ho"],
      ],
    }),
    ["user", "assistant"],
  );
  assert.deepEqual(roles({ output: { messages: [{ type: "human", content: "Hi" }] } }), ["user"]);
});

test("Anthropic's system prompt, thinking and tools", () => {
  const asked = messagesOf({
    system: "Be kind.",
    messages: [
      {
        role: "user",
        content: [{ type: "tool_result", tool_use_id: "t", content: [{ type: "text", text: "12" }] }],
      },
    ],
  });
  assert.deepEqual(
    asked?.map((message) => message.role),
    ["system", "user"],
  );
  assert.deepEqual(asked?.[1]?.parts[0], { type: "result", id: "t", content: "12" });
  const said = messagesOf({
    role: "assistant",
    content: [
      { type: "thinking", thinking: "hm" },
      { type: "tool_use", id: "t", name: "add", input: { a: 1 } },
    ],
  });
  assert.deepEqual(
    said?.[0]?.parts.map((part) => part.type),
    ["reasoning", "call"],
  );
});

test("OpenAI's Responses", () => {
  const said = messagesOf({
    output: [
      { type: "reasoning", summary: [{ type: "summary_text", text: "hm" }] },
      { type: "function_call", call_id: "c", name: "find", arguments: "{}" },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "Yes" }] },
    ],
  });
  assert.deepEqual(
    said?.map((message) => message.parts[0]?.type),
    ["reasoning", "call", "text"],
  );
});

test("what is not a conversation is left as it is", () => {
  for (const payload of [
    null,
    3,
    "text",
    [],
    {},
    { messages: "no" },
    { messages: [{ a: 1 }] },
    { output: 3 },
  ])
    assert.equal(messagesOf(payload), null);
  assert.equal(soleText({ input: "only this" }), "only this");
  assert.equal(soleText({ a: "x", b: "y" }), null);
});

test("a type that every object has is no role", () => {
  assert.equal(messagesOf({ messages: [{ type: "constructor", content: "x" }] }), null);
  assert.deepEqual(roles({ messages: [{ role: "toString", content: "x" }] }), ["toString"]);
});

test("a medium says what it is, and is only told when it lies elsewhere", () => {
  const media = (part: object) =>
    messagesOf({ messages: [{ role: "user", content: [part] }] })?.[0]?.parts[0];
  const png = { type: "media", media: "image", mime: "image/png", label: "", data: "AAAA" };
  assert.deepEqual(media({ type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }), png);
  assert.deepEqual(
    media({ type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } }),
    png,
  );
  assert.deepEqual(media({ inlineData: { mimeType: "image/png", data: "AAAA" } }), png);
  assert.deepEqual(media({ type: "input_image", image_url: "https://far.example/a.png" }), {
    type: "media",
    media: "image",
    mime: "",
    label: "https://far.example/a.png",
    data: "",
  });
  assert.deepEqual(
    media({ type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,AA==" } }),
    {
      type: "media",
      media: "file",
      mime: "application/pdf",
      label: "a.pdf",
      data: "AA==",
    },
  );
  assert.deepEqual([bytesOf("AAAA"), bytesOf("AA=="), bytesOf("AAA="), bytesOf("")], [3, 1, 2, 0]);
});

test("calls of tools are numbered, so that their results are known", () => {
  const call = (id: string, name: string) => ({ id, function: { name, arguments: "{}" } });
  const messages = messagesOf({
    messages: [
      { role: "assistant", content: null, tool_calls: [call("a", "find"), call("b", "read")] },
      { role: "tool", tool_call_id: "b", content: "x" },
    ],
  });
  assert.deepEqual(
    [...pairs(messages ?? [])],
    [
      ["a", { number: 1, name: "find" }],
      ["b", { number: 2, name: "read" }],
    ],
  );
});
