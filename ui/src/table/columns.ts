/** The columns of the table of runs: which there are, which are shown, how wide. */

import type { Word } from "../words/index.ts";

export const SORTS = ["started_at", "cost", "tokens", "input", "output", "latency", "first_token"] as const;
export type SortBy = (typeof SORTS)[number];

export interface Column {
  key: string;
  /** Its heading; a key of the metadata or of the feedback is its own. */
  word?: Word;
  width: number; // pixels; the last text column takes what is left
  /** The viewer made it so wide. */
  fixed?: true;
  number?: true;
  sort?: SortBy;
  grow?: true;
}

export const COLUMNS: readonly Column[] = [
  { key: "started", word: "column.started", width: 106, sort: "started_at" },
  { key: "name", word: "column.name", width: 158 },
  { key: "status", word: "column.status", width: 20 },
  { key: "text", word: "column.text", width: 150, grow: true },
  { key: "model", word: "column.model", width: 132 },
  { key: "latency", word: "column.latency", width: 64, number: true, sort: "latency" },
  { key: "input", word: "column.input", width: 66, number: true, sort: "input" },
  { key: "output", word: "column.output", width: 66, number: true, sort: "output" },
  { key: "tokens", word: "column.tokens", width: 70, number: true, sort: "tokens" },
  { key: "cost", word: "column.cost", width: 92, number: true, sort: "cost" },
  { key: "calls", word: "column.calls", width: 46, number: true },
  { key: "first_token", word: "column.first_token", width: 84, number: true, sort: "first_token" },
  { key: "project", word: "column.project", width: 110 },
  { key: "tags", word: "column.tags", width: 150 },
  { key: "user", word: "column.user", width: 110 },
  { key: "session", word: "column.session", width: 120 },
  { key: "environment", word: "column.environment", width: 100 },
  { key: "provider", word: "column.provider", width: 100 },
  { key: "kind", word: "column.kind", width: 90 },
];

const USUAL = ["started", "name", "status", "text", "model", "latency", "input", "output", "cost"];
const OF_TRACES = ["started", "name", "status", "text", "latency", "calls", "input", "output", "cost"];
export const METADATA = "metadata.";
export const SCORE = "score.";

export const NARROWEST = 36; // pixels: what a heading can still be taken by
const WIDEST = 1200;

/** The column of that key; null for one that nobody knows. */
function columnOf(key: string): Column | null {
  const known = COLUMNS.find((column) => column.key === key);
  if (known) return known;
  if (key.startsWith(METADATA) && key.length > METADATA.length) return { key, width: 120 };
  if (key.startsWith(SCORE) && key.length > SCORE.length) return { key, width: 84, number: true };
  return null;
}

/** What is shown: as the viewer chose ("name:240,cost"), in that order, or the usual. */
export function shown(chosen: string | null, view: "runs" | "traces"): Column[] {
  const usual = view === "traces" ? OF_TRACES : USUAL;
  const parts = chosen ? chosen.split(",") : usual;
  const found: Column[] = [];
  for (const part of parts) {
    const [, name = "", width] = /^(.*?)(?::(\d{1,4}))?$/.exec(part) ?? [];
    const column = columnOf(decoded(name));
    if (!column || found.some((one) => one.key === column.key)) continue;
    found.push(width ? { ...column, width: clamped(Number(width)), fixed: true } : column);
  }
  return found.length ? found : shown(null, view);
}

/** The same as the address says it. */
export function spelt(columns: readonly Column[]): string {
  return columns
    .map((column) => encoded(column.key) + (column.fixed ? `:${Math.round(column.width)}` : ""))
    .join(",");
}

export function clamped(width: number): number {
  return Math.round(Math.min(Math.max(width, NARROWEST), WIDEST));
}

/** With one of them so wide; null: as wide as it is by itself. */
export function resized(columns: readonly Column[], key: string, width: number | null): Column[] {
  return columns.map((column) => {
    if (column.key !== key) return column;
    if (width !== null) return { ...column, width: clamped(width), fixed: true };
    return columnOf(key) ?? column;
  });
}

// The sign between key and width, and the one between columns, may stand in a key of the metadata.
function encoded(key: string): string {
  return key.replace(/[%,:]/g, (sign) => `%${sign.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

function decoded(text: string): string {
  return text.replace(/%(25|2c|3a)/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

export const GAP = 12; // between two columns
const EDGES = 24; // left and right of a row, together
const BOX = 34; // of the box that picks a row, with the gap after it
const PHONE = 480; // pixels: below, there is no room for it

/** How much a table of that width has for the boxes that pick rows. */
export function boxOf(room: number): number {
  return room < PHONE ? 0 : BOX;
}

// What a narrow table can do without, first things first: the panel beside it says the same.
const SPARE = [
  "tags",
  "provider",
  "kind",
  "environment",
  "session",
  "user",
  "project",
  "first_token",
  "tokens",
  "model",
  "text",
  "calls",
  "latency",
  "started",
  "status",
];

/** What of a row grows with the table: the text, without it the name, without that the last. */
function growing(columns: readonly Column[]): string {
  const free = columns.filter((column) => !column.fixed);
  const grows = free.find((column) => column.grow) ?? free.find((column) => column.key === "name");
  return (grows ?? columns.at(-1))?.key ?? "";
}

const LEAST = { text: 130, name: 80 } as Record<string, number>; // pixels, when it is what grows

function least(column: Column, grows: string): number {
  return column.key === grows && !column.fixed ? (LEAST[grows] ?? column.width) : column.width;
}

export function roomOf(columns: readonly Column[], box = BOX): number {
  const grows = growing(columns);
  return columns.reduce((all, column) => all + least(column, grows) + GAP, EDGES - GAP + box);
}

/** The columns that fit into `room` pixels: names, tokens and cost stay whatever happens, and what was chosen. */
export function fitted(columns: readonly Column[], room: number, chosen = false): Column[] {
  let kept = [...columns];
  if (chosen && room > 600) return kept; // who chose many scrolls sideways
  for (const spare of SPARE) {
    if (roomOf(kept, boxOf(room)) <= room) break;
    kept = kept.filter((column) => column.key !== spare);
  }
  return kept;
}

/** As CSS wants it: first the box that picks a row, where there is one. */
export function template(columns: readonly Column[], box = BOX): string {
  const grows = growing(columns);
  const tracks = columns.map((column) =>
    column.key === grows ? `minmax(${least(column, grows)}px, 1fr)` : `${column.width}px`,
  );
  return [...(box ? [`${box - GAP}px`] : []), ...tracks].join(" ");
}

/** One moved so many places to the right, or to the left. */
export function moved<T extends { key: string }>(columns: readonly T[], key: string, by: number): T[] {
  const from = columns.findIndex((column) => column.key === key);
  const to = from + by;
  const next = [...columns];
  if (from < 0 || to < 0 || to >= next.length) return next;
  const [one] = next.splice(from, 1);
  next.splice(to, 0, one as T);
  return next;
}
