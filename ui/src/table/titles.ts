/** What a column is called. */

import { t } from "../words/index.ts";
import { type Column, METADATA, SCORE } from "./columns.ts";

export function titleOf(column: Column): string {
  if (column.word) return t(column.word);
  if (column.key.startsWith(METADATA)) return column.key.slice(METADATA.length);
  return column.key.slice(SCORE.length);
}
