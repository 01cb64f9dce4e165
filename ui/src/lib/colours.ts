/** Which colour a value has: the same in every span and order, so that the eye may keep it. */

const COLOURS = 8;
const OTHERS = "--series-others";

export class Palette {
  /** The slots that values got when they were first seen, in that order. */
  private readonly given = new Map<string, number>();

  /** The tokens of the colours of the values of one chart; null is the others. No two share one of eight. */
  of(dimension: string, values: readonly (string | null)[]): string[] {
    const keys = values.map((value) => (value === null ? null : `${dimension}/${value}`));
    const rank = new Map([...this.given.keys()].map((key, at) => [key, at]));
    const elders = keys
      .filter((key) => key !== null)
      .sort((one, other) => (rank.get(one) ?? Infinity) - (rank.get(other) ?? Infinity) || 0);
    const taken = new Map<string, number>();
    const used = new Set<number>();
    for (const key of elders) {
      let slot = this.given.get(key) ?? hash(key) % COLOURS;
      for (let tries = 1; used.has(slot) && tries < COLOURS; tries += 1) slot = (slot + 1) % COLOURS;
      used.add(slot);
      taken.set(key, slot);
      if (!this.given.has(key)) this.given.set(key, slot);
    }
    return keys.map((key) => (key === null ? OTHERS : `--series-${(taken.get(key) ?? 0) + 1}`));
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return sum >>> 0;
}

/** That of this visit. */
export const palette = new Palette();
