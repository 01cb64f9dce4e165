/** A text as it was sent, cut into what is prose and what is code. It is never read as markup. */

export type Block = { type: "prose"; text: string } | { type: "code"; language: string; text: string };

const FENCE = /^ {0,3}(`{3,}|~{3,})([^`\n]*)$/;

/** What stands between fences is code; a fence that nobody closes goes on to the end. */
export function blocksOf(text: string): Block[] {
  if (!text.includes("```") && !text.includes("~~~")) return text ? [{ type: "prose", text }] : [];
  const blocks: Block[] = [];
  let prose: string[] = [];
  let code: { mark: string; language: string; lines: string[] } | null = null;
  const flush = () => {
    const said = prose.join("\n").replace(/^\n+|\n+$/g, "");
    if (said) blocks.push({ type: "prose", text: said });
    prose = [];
  };
  for (const line of text.split("\n")) {
    const found = FENCE.exec(line);
    const mark = found?.[1] ?? "";
    if (!code && mark) {
      flush();
      code = { mark, language: (found?.[2] ?? "").trim().split(/\s/)[0] ?? "", lines: [] };
    } else if (code && mark.startsWith(code.mark) && !found?.[2]?.trim()) {
      blocks.push({ type: "code", language: code.language, text: code.lines.join("\n") });
      code = null;
    } else if (code) code.lines.push(line);
    else prose.push(line);
  }
  if (code) blocks.push({ type: "code", language: code.language, text: code.lines.join("\n") });
  else flush();
  return blocks;
}

/** The object or list that a text is as a whole; undefined when it is anything else. */
export function structured(text: string): object | undefined {
  const trimmed = text.trim();
  if (!/^[{[]/.test(trimmed) || !/[}\]]$/.test(trimmed)) return undefined;
  try {
    const value: unknown = JSON.parse(trimmed);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A text in stretches that do not match what is looked for and stretches that do, in turn. */
export function marked(text: string, sought: string): string[] {
  const low = sought.toLowerCase();
  const where = text.toLowerCase();
  // A letter may be two when it is small; then places would not fit.
  if (!low || where.length !== text.length) return [text];
  const parts: string[] = [];
  let from = 0;
  for (let at = where.indexOf(low); at >= 0; at = where.indexOf(low, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + low.length));
    from = at + low.length;
  }
  parts.push(text.slice(from));
  return parts;
}

/** The objects and lists in a value below which a text stands, and how often it does. */
export function holding(value: unknown, sought: string): { nodes: Set<object>; count: number } {
  const low = sought.toLowerCase();
  const nodes = new Set<object>();
  let count = 0;
  const has = (text: string) => text.toLowerCase().includes(low);
  // Recursion is safe: the server reads no more than 1024 levels.
  const look = (one: unknown): boolean => {
    if (one === null || typeof one !== "object") {
      const found = has(String(one));
      if (found) count += 1;
      return found;
    }
    let inside = false;
    for (const [name, inner] of Object.entries(one)) {
      if (!Array.isArray(one) && has(name)) {
        count += 1;
        inside = true;
      }
      if (look(inner)) inside = true;
    }
    if (inside) nodes.add(one);
    return inside;
  };
  if (low) look(value);
  return { nodes, count };
}
