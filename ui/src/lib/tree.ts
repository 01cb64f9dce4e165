/** The runs of a trace, told in pre-order, as rows that fold and as bars on one clock. */

export interface Branch {
  id: string;
  parent_id: string | null;
  depth: number;
  children: number;
  /** When it began, in seconds since 1970. */
  from: number;
  /** When it ended; null while it runs. */
  to: number | null;
}

export interface Clock {
  start: number;
  length: number;
}

/** From the first start to the last end, in seconds; never of length 0. */
export function clockOf(runs: Branch[], now: number): Clock {
  let start = Infinity;
  let end = -Infinity;
  for (const run of runs) {
    start = Math.min(start, run.from);
    end = Math.max(end, run.to ?? Math.min(now, run.from + 3600), run.from);
  }
  return { start, length: Math.max(end - start, 0.001) };
}

/** The rows on show when some are folded: what stands under those is left out. */
export function unfolded<T extends Branch>(runs: T[], folded: ReadonlySet<string>): T[] {
  const shown: T[] = [];
  let hiddenBelow = Infinity;
  for (const run of runs) {
    if (run.depth > hiddenBelow) continue;
    hiddenBelow = folded.has(run.id) && run.children > 0 ? run.depth : Infinity;
    shown.push(run);
  }
  return shown;
}

/** The row that stands for the parent: the nearest earlier one of less depth. */
export function parentRow(rows: Branch[], at: number): number {
  const depth = rows[at]?.depth ?? 0;
  for (let row = at - 1; row >= 0; row -= 1) if ((rows[row] as Branch).depth < depth) return row;
  return at;
}

/** Where the parent of each run stands, by position; -1 for those at the top. */
export function parentsOf(runs: readonly Branch[]): Int32Array {
  const parents = new Int32Array(runs.length).fill(-1);
  const path: number[] = [];
  runs.forEach((run, at) => {
    path.length = Math.min(run.depth, path.length);
    parents[at] = path.at(-1) ?? -1;
    path.push(at);
  });
  return parents;
}

/** The runs that are wanted, and what they stand under, so that a tree stays one. */
export function pruned<T extends Branch>(runs: T[], wanted: (run: T) => boolean): T[] {
  const parents = parentsOf(runs);
  const kept = new Uint8Array(runs.length);
  runs.forEach((run, at) => {
    if (wanted(run)) for (let up = at; up >= 0 && !kept[up]; up = parents[up] as number) kept[up] = 1;
  });
  return runs.filter((_, at) => kept[at]);
}

/** The stretches of each run that none of its children covers: its own work, [from, to] in seconds. */
export function ownStretches(runs: Branch[], now: number): Map<string, [number, number][]> {
  const ends = (run: Branch): [number, number] => [run.from, Math.max(run.from, run.to ?? now)];
  const below = new Map<string, [number, number][]>();
  const path: Branch[] = [];
  for (const run of runs) {
    path.length = Math.min(run.depth, path.length);
    const parent = path.at(-1);
    if (parent) {
      const list = below.get(parent.id) ?? [];
      list.push(ends(run));
      below.set(parent.id, list);
    }
    path.push(run);
  }
  return new Map(runs.map((run) => [run.id, without(ends(run), below.get(run.id) ?? [])]));
}

function without([from, to]: [number, number], covers: [number, number][]): [number, number][] {
  const left: [number, number][] = [];
  let at = from;
  for (const [begins, ends] of [...covers].sort((one, other) => one[0] - other[0])) {
    if (begins > at) left.push([at, Math.min(begins, to)]);
    at = Math.max(at, ends);
    if (at >= to) break;
  }
  if (at < to) left.push([at, to]);
  return left.filter(([begins, ends]) => ends > begins);
}

const MINUTE = 60;
const HOUR = 3600;
const LONG = [1, 2, 5, 10, 15, 30, 60, 120, 360, 720, 1440].map((minutes) => minutes * MINUTE);

/** Round moments to write over a waterfall: at most about `most` of them, in seconds from its start. */
export function ticks(length: number, most: number): number[] {
  const rough = length / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const decimal = [1, 2, 5, 10].map((by) => by * power).find((size) => size >= rough) ?? rough;
  // From a minute on, people count by twelves.
  const step =
    decimal < MINUTE / 2
      ? decimal
      : (LONG.find((size) => size >= rough * 0.99) ?? Math.ceil(rough / (24 * HOUR)) * 24 * HOUR);
  const marks: number[] = [];
  for (let count = 0; count * step <= length * 1.0001; count += 1) marks.push(count * step);
  return marks;
}

const COLOURED = new Set(["llm", "embedding", "agent", "tool", "retriever"]);

/** The kind whose colour the bar of a run has: what only holds others together looks alike. */
export function barKind(kind: string): string {
  return COLOURED.has(kind) ? kind : "chain";
}

/** How wide a tree of names must be for none to be cut, in pixels, by the mean width of a letter. */
export function nameWidth(
  runs: readonly { depth: number; name: string; model: string; status: string; orphan?: boolean }[],
): number {
  const MARKS = 62; // what folds, the kind, and the gaps
  return Math.max(
    0,
    ...runs.map(
      (run) =>
        MARKS +
        Math.min(run.depth, 24) * 16 +
        Math.min(run.name.length, 60) * 7.4 +
        (run.model ? 8 + Math.min(run.model.length, 40) * 6.7 : 0) +
        (run.status === "error" ? 18 : 0) +
        (run.orphan ? 90 : 0),
    ),
  );
}
