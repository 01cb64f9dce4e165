/** What a dimension is called: one that the server names, or a key of the metadata. */

import { named, t } from "./words/index.ts";

const OF_METADATA = "metadata.";

/** The key of `metadata.KEY`; null for any other dimension. */
export function keyOf(by: string): string | null {
  return by.startsWith(OF_METADATA) ? by.slice(OF_METADATA.length) : null;
}

/** "Model", "folder". */
export function titleOf(by: string): string {
  return keyOf(by) ?? named("dimension", by);
}

/** "by model", "by folder". */
export function byOf(by: string): string {
  const key = keyOf(by);
  return key === null ? named("dimension.by", by) : t("dimension.by.key", { key });
}
