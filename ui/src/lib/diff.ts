/** Which words of a text went and which came (Myers 1986, the greedy algorithm), within bounds. */

export interface Piece {
  kind: "same" | "gone" | "come";
  text: string;
}

/** Of longer texts only this much is looked at. */
export const LONGEST = 60_000;
/** How many words may differ before the rest counts as exchanged: the work grows with its square. */
const MOST_EDITS = 1_500;

/** Words with the spaces behind them, so that the pieces put together are the texts again. */
export function words(text: string): string[] {
  return text.match(/\s+|[\p{L}\p{N}_]+\s*|[^\s\p{L}\p{N}_]\s*/gu) ?? [];
}

export function diff(before: string, after: string): Piece[] {
  const a = words(before.slice(0, LONGEST));
  const b = words(after.slice(0, LONGEST));
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let tail = 0;
  while (
    tail < a.length - start &&
    tail < b.length - start &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  )
    tail += 1;
  const pieces = new Pieces();
  pieces.add("same", a.slice(0, start));
  between(a.slice(start, a.length - tail), b.slice(start, b.length - tail), pieces);
  pieces.add("same", a.slice(a.length - tail));
  return pieces.all;
}

class Pieces {
  readonly all: Piece[] = [];

  add(kind: Piece["kind"], of: readonly string[]): void {
    if (!of.length) return;
    const last = this.all.at(-1);
    if (last?.kind === kind) last.text += of.join("");
    else this.all.push({ kind, text: of.join("") });
  }
}

function between(a: readonly string[], b: readonly string[], pieces: Pieces): void {
  const trail = a.length && b.length ? search(a, b) : null;
  if (!trail) {
    pieces.add("gone", a);
    pieces.add("come", b);
    return;
  }
  const steps: { kind: Piece["kind"]; word: string }[] = [];
  let [x, y] = [a.length, b.length];
  for (let edits = trail.length - 1; edits >= 0; edits -= 1) {
    const reached = trail[edits] as Int32Array;
    const middle = edits + 1;
    const k = x - y;
    const isDown =
      k === -edits ||
      (k !== edits && (reached[middle + k - 1] as number) < (reached[middle + k + 1] as number));
    const from = isDown ? k + 1 : k - 1;
    const startX = edits === 0 ? 0 : (reached[middle + from] as number);
    const startY = startX - from;
    while (x > Math.max(startX, 0) && y > Math.max(startY, 0) && a[x - 1] === b[y - 1]) {
      steps.push({ kind: "same", word: a[x - 1] as string });
      x -= 1;
      y -= 1;
    }
    if (edits === 0) break;
    if (isDown) steps.push({ kind: "come", word: b[(y -= 1)] as string });
    else steps.push({ kind: "gone", word: a[(x -= 1)] as string });
  }
  for (const step of steps.reverse()) pieces.add(step.kind, [step.word]);
}

/** For each number of edits, how far each diagonal had been reached before them; null: too many. */
function search(a: readonly string[], b: readonly string[]): Int32Array[] | null {
  const trail: Int32Array[] = [];
  let reached = new Int32Array([0, 0, 0]);
  for (let edits = 0; edits <= Math.min(a.length + b.length, MOST_EDITS); edits += 1) {
    const middle = edits + 1;
    const wider = new Int32Array(2 * middle + 3);
    trail.push(reached);
    for (let k = -edits; k <= edits; k += 2) {
      const isDown =
        k === -edits ||
        (k !== edits && (reached[middle + k - 1] as number) < (reached[middle + k + 1] as number));
      let x =
        edits === 0
          ? 0
          : isDown
            ? (reached[middle + k + 1] as number)
            : (reached[middle + k - 1] as number) + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x += 1;
        y += 1;
      }
      wider[middle + 1 + k] = x;
      if (x >= a.length && y >= b.length) return trail;
    }
    reached = wider;
  }
  return null;
}

/** How many words were kept, went and came. */
export function tally(pieces: readonly Piece[]): { same: number; gone: number; come: number } {
  const counts = { same: 0, gone: 0, come: 0 };
  for (const piece of pieces) counts[piece.kind] += (piece.text.match(/[\p{L}\p{N}_]+/gu) ?? []).length;
  return counts;
}
