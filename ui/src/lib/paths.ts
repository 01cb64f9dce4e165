/** Names that stand in a path, as the server writes them: plain ones as they are, others as ~ and base64. */

const PLAIN = /^[A-Za-z0-9_][A-Za-z0-9_.:@+-]*$/;

export function inPath(name: string): string {
  if (PLAIN.test(name)) return name;
  const bytes = new TextEncoder().encode(name);
  const packed = btoa(String.fromCharCode(...bytes));
  return `~${packed.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")}`;
}

/** The name in a path; what was not written by `inPath` is taken as it is. */
export function nameIn(path: string): string {
  if (!path.startsWith("~")) return path;
  try {
    const packed = atob(path.slice(1).replace(/-/g, "+").replace(/_/g, "/"));
    return new TextDecoder("utf-8", { fatal: true }).decode(
      Uint8Array.from(packed, (sign) => sign.charCodeAt(0)),
    );
  } catch {
    return path;
  }
}
