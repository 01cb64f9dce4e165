/** What the parts of the page of models say of one. */

import type { ModelRow, ModelSpeed } from "../api.gen.ts";

/** What tells a model from another. */
export function keyOf(row: { model: string; provider: string }): string {
  return `${row.model}\n${row.provider}`;
}

/** How fast it writes: from the first token on where most calls tell so, else from the start on. */
export function speedOf(row: ModelRow): ModelSpeed & { isStreamed: boolean } {
  const { streamed, whole } = row.speed;
  const isStreamed = streamed.p50 !== null && (whole.p50 === null || streamed.calls >= whole.calls);
  return { ...(isStreamed ? streamed : whole), isStreamed };
}
