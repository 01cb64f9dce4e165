/** What somebody is about to type in a filter line, and the line with it. What a filter means, the server says. */

export interface Place {
  /** A field's name, or a value of `field`. */
  kind: "field" | "value";
  field: string;
  part: string;
  /** What of the line would be replaced. */
  from: number;
  to: number;
}

const SIGN = /^(-?)([A-Za-z_]\w*(?:\.(?:"[^"]*"|[^\s:=<>!~"',()]+))?)(:|!=|>=|<=|=|>|<|!~|~)(.*)$/s;
const LONG = /^(and|or|not|eq|neq|gt|gte|lt|lte|in|has|exists|search)\s*\(/;

/** What stands before the caret; null where nothing can be completed. */
export function placeAt(line: string, caret: number): Place | null {
  if (LONG.test(line.trim())) return null;
  const from = beginning(line, caret);
  if (from < 0) return null;
  const typed = line.slice(from, caret);
  const found = SIGN.exec(typed);
  if (!found) {
    const minus = typed.startsWith("-") ? 1 : 0;
    const part = typed.slice(minus);
    return /^[\w.]*$/.test(part) ? { kind: "field", field: "", part, from: from + minus, to: caret } : null;
  }
  const values = found[4] as string;
  const last = values.lastIndexOf(",") + 1;
  const part = values.slice(last).replace(/^["']/, "");
  return { kind: "value", field: found[2] as string, part, from: caret - values.length + last, to: caret };
}

/** Where the term begins in which the caret stands; -1: in a text of its own. */
function beginning(line: string, caret: number): number {
  let start = 0;
  let quote = "";
  for (let at = 0; at < caret; at += 1) {
    const sign = line[at] as string;
    if (quote) {
      if (sign === "\\") at += 1;
      else if (sign === quote) quote = "";
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (/\s/.test(sign)) start = at + 1;
  }
  return quote && /["']/.test(line[start] as string) ? -1 : start;
}

/** The line with a field or a value put in, and where the caret is then. */
export function completed(line: string, place: Place, text: string): { line: string; caret: number } {
  const after = line.slice(place.to);
  const put = place.kind === "value" ? `${written(text)}${/^\s/.test(after) ? "" : " "}` : text;
  return { line: line.slice(0, place.from) + put + after, caret: place.from + put.length };
}

/** A value as it can stand in a line. */
export function written(value: string): string {
  return /^[^\s,"'*]+$/.test(value) ? value : `"${value.replace(/\\/g, "\\\\").replace(/"/g, '\\"')}"`;
}
