/** The columns of the table of runs: which there are, which are shown, how wide. */

import type { Word } from "../words/index.ts";

export interface Column {
  key: string;
  word: Word;
  width: number; // pixels; the last text column takes what is left
  number?: true;
  sort?: "started_at" | "cost" | "tokens" | "latency";
  grow?: true;
}

export const COLUMNS: readonly Column[] = [
  { key: "started", word: "column.started", width: 118, sort: "started_at" },
  { key: "name", word: "column.name", width: 190 },
  { key: "status", word: "column.status", width: 34 },
  { key: "text", word: "column.text", width: 260, grow: true },
  { key: "model", word: "column.model", width: 150 },
  { key: "latency", word: "column.latency", width: 82, number: true, sort: "latency" },
  { key: "input", word: "column.input", width: 86, number: true, sort: "tokens" },
  { key: "output", word: "column.output", width: 82, number: true },
  { key: "cost", word: "column.cost", width: 96, number: true, sort: "cost" },
  { key: "calls", word: "column.calls", width: 60, number: true },
  { key: "project", word: "column.project", width: 120 },
  { key: "first_token", word: "column.first_token", width: 92, number: true },
  { key: "tags", word: "column.tags", width: 150 },
  { key: "user", word: "column.user", width: 110 },
  { key: "session", word: "column.session", width: 120 },
  { key: "environment", word: "column.environment", width: 100 },
  { key: "provider", word: "column.provider", width: 100 },
];

const USUAL = ["started", "name", "status", "text", "model", "latency", "input", "output", "cost", "project"];
const OF_TRACES = [
  "started",
  "name",
  "status",
  "text",
  "latency",
  "calls",
  "input",
  "output",
  "cost",
  "project",
];

/** The keys to show: as chosen ("name,cost"), in that order, or the usual ones. */
export function shown(chosen: string | null, view: "runs" | "traces"): Column[] {
  const usual = view === "traces" ? OF_TRACES : USUAL;
  const keys = chosen ? chosen.split(",") : usual;
  const found = keys
    .map((key) => COLUMNS.find((column) => column.key === key))
    .filter((one) => one !== undefined);
  return found.length ? found : shown(null, view);
}

/** One moved a place to the left or to the right. */
export function moved(keys: string[], key: string, by: -1 | 1): string[] {
  const from = keys.indexOf(key);
  const to = from + by;
  if (from < 0 || to < 0 || to >= keys.length) return keys;
  const next = [...keys];
  [next[from], next[to]] = [next[to] as string, next[from] as string];
  return next;
}
