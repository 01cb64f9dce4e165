/** The shapes in which clients send conversations, made one. Whatever is not recognised stays JSON. */

export interface ToolCall {
  id: string;
  name: string;
  input: unknown;
}

export type Part =
  | { type: "text"; text: string }
  | { type: "reasoning"; text: string }
  | { type: "call"; call: ToolCall }
  | { type: "result"; id: string; content: string }
  | { type: "media"; media: string; mime: string; label: string; data: string }
  | { type: "json"; value: unknown };

export interface Message {
  role: string;
  name: string;
  parts: Part[];
}

type Dict = Record<string, unknown>;

// A map: whatever a client sends as a type, "constructor" included, is looked up in it.
const ROLES = new Map<string, string>(
  Object.entries({
    human: "user",
    user: "user",
    ai: "assistant",
    assistant: "assistant",
    model: "assistant",
    system: "system",
    developer: "system",
    tool: "tool",
    function: "tool",
    HumanMessage: "user",
    AIMessage: "assistant",
    SystemMessage: "system",
    ToolMessage: "tool",
    FunctionMessage: "tool",
    ChatMessage: "user",
  }),
);

/** The messages in what a run received or gave; null when there is no conversation in it. */
export function messagesOf(payload: unknown): Message[] | null {
  if (!isDict(payload) && !Array.isArray(payload)) return null;
  const found = sequence(payload);
  return found && found.length ? found : null;
}

/** The one text that a plain payload is about: {"input": "…"}, {"text": "…"}; null if several or none. */
export function soleText(payload: unknown): string | null {
  if (typeof payload === "string") return payload;
  if (!isDict(payload)) return null;
  const values = Object.values(payload);
  return values.length === 1 && typeof values[0] === "string" ? values[0] : null;
}

function sequence(value: unknown): Message[] | null {
  if (Array.isArray(value)) return list(value);
  if (!isDict(value)) return null;
  if (isMessage(value)) return [message(value)];
  const system = value.system === undefined ? [] : [{ role: "system", name: "", parts: parts(value.system) }];
  for (const key of ["messages", "input_messages", "history"]) {
    if (!Array.isArray(value[key])) continue;
    const found = list(value[key]);
    if (found) return [...system, ...found];
  }
  if (Array.isArray(value.generations)) return each(value.generations.flat(), generation);
  if (Array.isArray(value.choices)) return each(value.choices, (choice) => generation(choice));
  if (Array.isArray(value.candidates))
    return each(value.candidates, (one) => (isDict(one) ? sequence(one.content) : null));
  if (Array.isArray(value.contents)) return list(value.contents);
  if (isDict(value.message)) return sequence(value.message);
  if (Array.isArray(value.prompts) && value.prompts.every((one) => typeof one === "string"))
    return value.prompts.map((text) => plain("user", text as string));
  if (
    Array.isArray(value.output) &&
    value.output.some((one) => isDict(one) && ("role" in one || "type" in one))
  )
    return responses(value.output);
  for (const key of ["output", "input"]) {
    const inner = value[key];
    if (isDict(inner) && (isMessage(inner) || "messages" in inner)) return sequence(inner);
    if (Array.isArray(inner) && inner.length && inner.every(isMessage)) return list(inner);
  }
  return null;
}

function list(values: unknown[]): Message[] | null {
  // LangChain sends a list of conversations; in practice it holds one.
  const flat = values.every(Array.isArray) && !values.every(isPair) ? values.flat() : values;
  if (!flat.length || !flat.every((one) => isMessage(one) || isPair(one))) return null;
  return flat.map((one) => (isPair(one) ? plain(role(one[0]), one[1]) : message(one as Dict)));
}

function each(values: unknown[], read: (value: unknown) => Message[] | null): Message[] | null {
  const found = values.map(read);
  return found.some((one) => one === null) ? null : (found.flat() as Message[]);
}

function generation(value: unknown): Message[] | null {
  if (!isDict(value)) return null;
  if (isDict(value.message)) return sequence(value.message);
  if (typeof value.text === "string") return [plain("assistant", value.text)];
  return null;
}

/** OpenAI's Responses: items, some of which are messages. */
function responses(items: unknown[]): Message[] {
  return items.filter(isDict).map((item) => {
    if (item.type === "function_call")
      return {
        role: "assistant",
        name: "",
        parts: [
          {
            type: "call",
            call: { id: text(item.call_id), name: text(item.name), input: parsed(item.arguments) },
          },
        ],
      };
    if (item.type === "reasoning")
      return { role: "assistant", name: "", parts: parts(item.summary ?? []).map(asReasoning) };
    return message(item);
  });
}

function asReasoning(part: Part): Part {
  return part.type === "text" ? { type: "reasoning", text: part.text } : part;
}

function isMessage(value: unknown): boolean {
  if (!isDict(value)) return false;
  if (value.lc !== undefined && Array.isArray(value.id) && isDict(value.kwargs))
    return /Message(Chunk)?$/.test(text(value.id.at(-1)));
  if (typeof value.role === "string") return "content" in value || "parts" in value || "tool_calls" in value;
  if (typeof value.type === "string" && ROLES.has(value.type)) return "content" in value || "data" in value;
  return false;
}

function message(value: Dict): Message {
  if (Array.isArray(value.id) && isDict(value.kwargs)) {
    const kind = text(value.id.at(-1)).replace(/Chunk$/, "");
    return body(role(value.kwargs.role ?? value.kwargs.type ?? kind, kind), value.kwargs);
  }
  if (isDict(value.data) && !("content" in value)) return body(role(value.type), value.data);
  return body(role(value.role ?? value.type), value);
}

function body(by: string, value: Dict): Message {
  const found: Part[] = [];
  const reasoning = value.reasoning_content ?? value.reasoning;
  if (typeof reasoning === "string" && reasoning) found.push({ type: "reasoning", text: reasoning });
  const content = parts(value.content ?? value.parts);
  if (by === "tool" && typeof value.content === "string")
    found.push({ type: "result", id: text(value.tool_call_id), content: value.content });
  else found.push(...content);
  const extra = isDict(value.additional_kwargs) ? value.additional_kwargs : {};
  const inContent = content.some((part) => part.type === "call");
  const calls =
    Array.isArray(value.tool_calls) && value.tool_calls.length ? value.tool_calls : extra.tool_calls;
  if (Array.isArray(calls) && !inContent)
    for (const one of calls) if (isDict(one)) found.push({ type: "call", call: call(one) });
  if (isDict(value.function_call)) found.push({ type: "call", call: call(value.function_call) });
  if (typeof value.refusal === "string" && value.refusal) found.push({ type: "text", text: value.refusal });
  return { role: by, name: typeof value.name === "string" ? value.name : "", parts: found };
}

function parts(content: unknown): Part[] {
  if (content === null || content === undefined || content === "") return [];
  if (typeof content === "string") return [{ type: "text", text: content }];
  if (!Array.isArray(content)) return [{ type: "json", value: content }];
  return content.map(part);
}

function part(value: unknown): Part {
  if (typeof value === "string") return { type: "text", text: value };
  if (!isDict(value)) return { type: "json", value };
  const kind = text(value.type);
  if (kind === "thinking" || kind === "reasoning" || value.thought === true)
    return { type: "reasoning", text: text(value.thinking ?? value.text ?? value.reasoning) };
  if (kind === "redacted_thinking") return { type: "reasoning", text: "" };
  if (typeof value.text === "string") return { type: "text", text: value.text };
  if (kind === "tool_use")
    return { type: "call", call: { id: text(value.id), name: text(value.name), input: value.input } };
  if (kind === "tool_result")
    return { type: "result", id: text(value.tool_use_id), content: flatText(value.content) };
  if (isDict(value.functionCall)) return { type: "call", call: call(value.functionCall) };
  if (isDict(value.functionResponse))
    return {
      type: "result",
      id: text(value.functionResponse.id ?? value.functionResponse.name),
      content: flatText(value.functionResponse.response),
    };
  const gemini = value.inlineData ?? value.inline_data ?? value.fileData ?? value.file_data;
  if (isDict(gemini)) return medium(text(gemini.mimeType ?? gemini.mime_type).split("/")[0] ?? "", gemini);
  const media = MEDIA.get(kind);
  if (media) return medium(media, value);
  return { type: "json", value };
}

function call(value: Dict): ToolCall {
  const inner = isDict(value.function) ? value.function : value;
  return {
    id: text(value.id),
    name: text(inner.name),
    input: parsed(inner.arguments ?? inner.args ?? inner.input ?? {}),
  };
}

const MEDIA = new Map([
  ["image_url", "image"],
  ["image", "image"],
  ["input_image", "image"],
  ["input_audio", "audio"],
  ["audio", "audio"],
  ["video", "video"],
  ["file", "file"],
  ["document", "file"],
  ["input_file", "file"],
]);

/** A medium: what it is and, when it came along, its content in base 64. An address is only told. */
function medium(media: string, value: Dict): Part {
  const holder =
    [value.image_url, value.source, value.input_audio, value.file, value.audio, value].find(isDict) ?? value;
  const address = text(
    typeof value.image_url === "string"
      ? value.image_url
      : (holder.url ?? holder.file_data ?? holder.fileUri ?? holder.file_uri ?? ""),
  );
  const inline = /^data:([^;,]*)(?:;[^,]*)?,/.exec(address);
  const mime = inline
    ? (inline[1] ?? "")
    : text(holder.media_type ?? holder.mime_type ?? holder.mimeType ?? holder.format);
  const data = inline ? address.slice(inline[0].length) : text(holder.data ?? holder.base64);
  const name = text(holder.filename ?? holder.name ?? holder.file_id);
  const label = name || (inline ? "" : address);
  return {
    type: "media",
    media: media || "file",
    mime,
    label: label.length > 80 ? `${label.slice(0, 77)}…` : label,
    data,
  };
}

/** How many bytes a text in base 64 stands for. */
export function bytesOf(data: string): number {
  return Math.floor((data.replace(/=+$/, "").length * 3) / 4);
}

/** By which number a call of a tool and its result are known to belong together; by their id. */
export function pairs(messages: readonly Message[]): Map<string, { number: number; name: string }> {
  const found = new Map<string, { number: number; name: string }>();
  for (const one of messages)
    for (const part of one.parts)
      if (part.type === "call" && part.call.id && !found.has(part.call.id))
        found.set(part.call.id, { number: found.size + 1, name: part.call.name });
  return found;
}

function flatText(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((one) => isDict(one) && typeof one.text === "string"))
    return value.map((one) => text((one as Dict).text)).join("\n");
  return JSON.stringify(value, null, 2) ?? "";
}

function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function role(value: unknown, fallback = ""): string {
  const name = text(value);
  return ROLES.get(name) ?? ROLES.get(name.replace(/Chunk$/, "")) ?? ROLES.get(fallback) ?? (name || "user");
}

function plain(by: string, content: unknown): Message {
  return { role: by, name: "", parts: parts(content) };
}

function isPair(value: unknown): value is [string, unknown] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === "string" && ROLES.has(value[0]);
}

function isDict(value: unknown): value is Dict {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : value === null || value === undefined ? "" : String(value);
}
