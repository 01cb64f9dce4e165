/** The flame of a trace: frames as wide as what they used, each under what it was called from. */

/** What a flame needs of a run; they come in pre-order. */
export interface Burnt {
  id: string;
  name: string;
  kind: string;
  depth: number;
}

export interface Frame {
  name: string;
  kind: string;
  depth: number;
  /** Its ends, as shares of the whole width. */
  from: number;
  to: number;
  amount: number;
  /** What it used itself; stands at its left. */
  own: number;
  /** What the own amount is made of. */
  parts: [string, number][];
  /** The runs that it stands for: one, or all of its name at this place. The first used most. */
  runs: string[];
}

export interface Flame {
  frames: Frame[];
  total: number;
  rows: number;
  /** Which frame shows a run. */
  of: Map<string, Frame>;
}

interface Knot {
  run: Burnt;
  own: number;
  total: number;
  parts: Map<string, number>;
  runs: { id: string; amount: number }[];
  below: Knot[];
  byName: Map<string, Knot>;
}

const knot = (run: Burnt): Knot => ({
  run,
  own: 0,
  total: 0,
  parts: new Map(),
  runs: [],
  below: [],
  byName: new Map(),
});

/**
 * Lays out a flame. `merged`: runs of one name and kind under one place are one frame, the widest first;
 * else each is its own, in the order of time. What used nothing has no frame.
 */
export function flameOf<T extends Burnt>(
  runs: readonly T[],
  partsOf: (run: T) => [string, number][],
  merged: boolean,
): Flame {
  const top = knot({ id: "", name: "", kind: "", depth: -1 });
  const all: { knot: Knot; above: Knot; own: number; run: T }[] = [];
  const path: Knot[] = [];
  for (const run of runs) {
    path.length = Math.min(run.depth, path.length);
    const above = path.at(-1) ?? top;
    const key = `${run.kind}\n${run.name}`;
    let at = merged ? above.byName.get(key) : undefined;
    if (!at) {
      at = knot(run);
      above.below.push(at);
      if (merged) above.byName.set(key, at);
    }
    let own = 0;
    for (const [part, amount] of partsOf(run)) {
      own += amount;
      at.parts.set(part, (at.parts.get(part) ?? 0) + amount);
    }
    at.own += own;
    all.push({ knot: at, above, own, run });
    path.push(at);
  }
  for (const { knot: at, run, own } of all) at.runs.push({ id: run.id, amount: own });
  total(top);
  return laidOut(top, merged);
}

/** Children before parents, without recursion: a trace may be as deep as it likes. */
function total(top: Knot): void {
  const order: Knot[] = [top];
  for (let at = 0; at < order.length; at += 1) order.push(...(order[at] as Knot).below);
  for (const one of order.reverse()) one.total = one.below.reduce((sum, child) => sum + child.total, one.own);
}

function laidOut(top: Knot, merged: boolean): Flame {
  const flame: Flame = { frames: [], total: top.total, rows: 0, of: new Map() };
  if (top.total <= 0) return flame;
  const waiting = [{ at: top, from: 0, depth: -1 }];
  for (let here = waiting.pop(); here; here = waiting.pop()) {
    const { at, from, depth } = here;
    if (depth >= 0) {
      const frame: Frame = {
        name: at.run.name,
        kind: at.run.kind,
        depth,
        from: from / top.total,
        to: (from + at.total) / top.total,
        amount: at.total,
        own: at.own,
        parts: [...at.parts],
        runs: at.runs.sort((one, other) => other.amount - one.amount).map((one) => one.id),
      };
      flame.frames.push(frame);
      flame.rows = Math.max(flame.rows, depth + 1);
      for (const id of frame.runs) flame.of.set(id, frame);
    }
    const below = merged ? [...at.below].sort((one, other) => other.total - one.total) : at.below;
    let next = from + at.own;
    for (const child of below) {
      if (child.total > 0) waiting.push({ at: child, from: next, depth: depth + 1 });
      next += child.total;
    }
  }
  return flame;
}

/** The frame at a place, `share` of the width and so many rows down; the nearest when frames are thin. */
export function frameAt(flame: Flame, share: number, row: number, near = 0): Frame | null {
  let found: Frame | null = null;
  let least = near;
  for (const frame of flame.frames) {
    if (frame.depth !== row) continue;
    if (share >= frame.from && share < frame.to) return frame;
    const far = share < frame.from ? frame.from - share : share - frame.to;
    if (far <= least) {
      least = far;
      found = frame;
    }
  }
  return found;
}
