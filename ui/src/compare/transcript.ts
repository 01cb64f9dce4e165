/** What a run was given, or gave, as one text that can be laid beside another. */

import { messagesOf, type Part, soleText } from "../lib/messages.ts";

export function transcript(payload: unknown): string {
  if (payload === null || payload === undefined) return "";
  const sole = soleText(payload);
  if (sole !== null) return sole;
  const messages = messagesOf(payload);
  if (!messages) return JSON.stringify(payload, null, 2);
  return messages
    .map(
      (message) =>
        `${message.name ? `${message.role} (${message.name})` : message.role}:\n${message.parts.map(said).join("\n")}`,
    )
    .join("\n\n");
}

function said(part: Part): string {
  switch (part.type) {
    case "text":
    case "reasoning":
      return part.text;
    case "call":
      return `${part.call.name}(${JSON.stringify(part.call.input)})`;
    case "result":
      return part.content;
    case "media":
      return `[${part.label || part.media}]`;
    default:
      return JSON.stringify(part.value, null, 2);
  }
}
