/** LangSmith's filter language, as far as a click writes it: `and(eq(model, "gpt-4o"), …)`. */

/** The conditions joined by a top-level `and`; a single condition is a list of one. */
export function conditions(filter: string): string[] {
  const text = filter.trim();
  if (!text) return [];
  const inside = /^and\s*\(([\s\S]*)\)$/.exec(text);
  if (!inside || !closesLast(text)) return [text];
  return split(inside[1] as string);
}

export function joined(parts: string[]): string {
  if (parts.length < 2) return parts[0] ?? "";
  return `and(${parts.join(", ")})`;
}

/** With the condition if it was not there, without it if it was. */
export function toggled(filter: string, condition: string): string {
  const parts = conditions(filter);
  const at = parts.findIndex((part) => same(part, condition));
  return joined(at < 0 ? [...parts, condition] : parts.filter((_, index) => index !== at));
}

/** With all these conditions. */
export function narrowed(filter: string, more: string[]): string {
  const parts = conditions(filter);
  return joined([...parts, ...more.filter((condition) => !parts.some((part) => same(part, condition)))]);
}

export function holds(filter: string, condition: string): boolean {
  return conditions(filter).some((part) => same(part, condition));
}

/** A string literal of the language. */
export function quoted(value: string): string {
  return `"${value.replace(/\\/g, "\\\\").replace(/"/g, '\\"')}"`;
}

/** The condition that keeps the runs counted under `value` in a facet. */
export function facetCondition(facet: string, value: string): string {
  if (facet === "tag") return `has(tags, ${quoted(value)})`;
  const key = facet.startsWith("metadata.") ? facet.slice("metadata.".length) : null;
  if (key !== null)
    return value === ""
      ? `neq(metadata_key, ${quoted(key)})`
      : `has(metadata, ${quoted(JSON.stringify({ [key]: value }))})`;
  return `eq(${facet}, ${quoted(value)})`;
}

/** The condition that keeps the runs with one of these values of a dimension, or those with none of them. */
export function chosen(by: string, values: string[], excludes: boolean): string {
  const one = values.length === 1 ? (values[0] as string) : null;
  const list = `[${values.map(quoted).join(", ")}]`;
  const not = (condition: string) => (excludes ? `not(${condition})` : condition);
  if (by === "tag") return not(one === null ? `in(tags, ${list})` : `has(tags, ${quoted(one)})`);
  if (by.startsWith("metadata.")) {
    const key = by.slice("metadata.".length);
    return not(
      one === null
        ? `and(eq(metadata_key, ${quoted(key)}), in(metadata_value, ${list}))`
        : `has(metadata, ${quoted(JSON.stringify({ [key]: one }))})`,
    );
  }
  if (one === null) return not(`in(${by}, ${list})`);
  return `${excludes ? "neq" : "eq"}(${by}, ${quoted(one)})`;
}

function same(left: string, right: string): boolean {
  return left.replace(/\s+/g, "") === right.replace(/\s+/g, "");
}

/** Splits at the commas that no bracket and no quote protects. */
function split(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = "";
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] as string;
    if (quote) {
      if (sign === "\\") at += 1;
      else if (sign === quote) quote = "";
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === "(" || sign === "[") depth += 1;
    else if (sign === ")" || sign === "]") depth -= 1;
    else if (sign === "," && depth === 0) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return parts.filter(Boolean);
}

/** Whether the bracket that `and(` opens is the one that ends the text. */
function closesLast(text: string): boolean {
  return split(text).length === 1 && !/\)\s*and\s*\(/.test(text);
}
