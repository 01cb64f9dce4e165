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
  { key: "started", word: "column.started", width: 106, sort: "started_at" },
  { key: "name", word: "column.name", width: 158 },
  { key: "status", word: "column.status", width: 20 },
  { key: "text", word: "column.text", width: 150, grow: true },
  { key: "model", word: "column.model", width: 132 },
  { key: "latency", word: "column.latency", width: 64, number: true, sort: "latency" },
  { key: "input", word: "column.input", width: 64, number: true, sort: "tokens" },
  { key: "output", word: "column.output", width: 62, number: true },
  { key: "cost", word: "column.cost", width: 92, number: true, sort: "cost" },
  { key: "calls", word: "column.calls", width: 46, number: true },
  { key: "project", word: "column.project", width: 110 },
  { key: "first_token", word: "column.first_token", width: 92, number: true },
  { key: "tags", word: "column.tags", width: 150 },
  { key: "user", word: "column.user", width: 110 },
  { key: "session", word: "column.session", width: 120 },
  { key: "environment", word: "column.environment", width: 100 },
  { key: "provider", word: "column.provider", width: 100 },
];

const USUAL = ["started", "name", "status", "text", "model", "latency", "input", "output", "cost"];
const OF_TRACES = ["started", "name", "status", "text", "latency", "calls", "input", "output", "cost"];

/** The keys to show: as chosen ("name,cost"), in that order, or the usual ones. */
export function shown(chosen: string | null, view: "runs" | "traces"): Column[] {
  const usual = view === "traces" ? OF_TRACES : USUAL;
  const keys = chosen ? chosen.split(",") : usual;
  const found = keys
    .map((key) => COLUMNS.find((column) => column.key === key))
    .filter((one) => one !== undefined);
  return found.length ? found : shown(null, view);
}

export const GAP = 12; // between two columns
const EDGES = 24; // left and right of a row, together

// What a narrow table can do without, first things first: the panel beside it says the same.
const SPARE = [
  "tags",
  "provider",
  "environment",
  "session",
  "user",
  "project",
  "first_token",
  "model",
  "text",
  "calls",
  "latency",
  "started",
  "status",
];

/** What of a row grows with the table: the text, without it the name. */
function growing(columns: readonly Column[]): string {
  return columns.some((column) => column.grow) ? "text" : "name";
}

const LEAST = { text: 130, name: 84 } as Record<string, number>; // pixels, when it is what grows

export function roomOf(columns: readonly Column[]): number {
  const grows = growing(columns);
  const width = (column: Column) => (column.key === grows ? (LEAST[grows] ?? column.width) : column.width);
  return columns.reduce((all, column) => all + width(column) + GAP, EDGES - GAP);
}

/** The columns that fit into `room` pixels: names, tokens and cost stay whatever happens. */
export function fitted(columns: readonly Column[], room: number): Column[] {
  let kept = [...columns];
  for (const spare of SPARE) {
    if (roomOf(kept) <= room) break;
    kept = kept.filter((column) => column.key !== spare);
  }
  return kept;
}

/** As CSS wants it. */
export function template(columns: readonly Column[]): string {
  const grows = growing(columns);
  return columns
    .map((column) => (column.key === grows ? `minmax(${LEAST[grows]}px, 1fr)` : `${column.width}px`))
    .join(" ");
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
