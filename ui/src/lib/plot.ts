/** Scales and marks of the plots that are drawn by hand. */

/** Round numbers from 0 to `most`, about `count` of them; the last is the end of the axis. */
export function ticks(most: number, count = 4): number[] {
  if (!(most > 0) || !Number.isFinite(most)) return [0, 1];
  const rough = most / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10]
    .map((one) => one * power)
    .find((one) => one >= rough * (1 - 1e-9)) as number;
  const found = [0];
  while ((found.at(-1) as number) < most * (1 - 1e-9))
    found.push(Number((found.length * step).toPrecision(12)));
  return found;
}

/** Where a value lies between 0 and `most`, by its square root: outliers do not flatten the rest. */
export function root(value: number, most: number): number {
  return most > 0 ? Math.sqrt(Math.max(0, value) / most) : 0;
}

/** Round numbers from 0 to `most` for such an axis of some pixels, none nearer to another than `gap`. */
export function rootTicks(most: number, pixels: number, gap: number): number[] {
  const found = [0];
  if (!(most > 0) || !Number.isFinite(most)) return found;
  const place = (value: number) => root(value, most) * pixels;
  const powers = Math.floor(Math.log10(most));
  for (let power = powers - 6; power <= powers; power += 1)
    for (const digit of [1, 2, 5]) {
      const value = Number((digit * 10 ** power).toPrecision(1));
      if (value <= most && place(value) - place(found.at(-1) as number) >= gap) found.push(value);
    }
  return found;
}

/** Which of `count` things of equal width lies under a distance from the left; null beside them. */
export function placeAt(x: number, width: number, count: number): number | null {
  if (count === 0 || width <= 0 || x < 0 || x > width) return null;
  return Math.min(count - 1, Math.floor((x / width) * count));
}

export interface Spot {
  x: number;
  y: number;
}

/** The spot nearest to a place, no farther than `reach`; null for none. Later ones lie above earlier ones. */
export function nearest(spots: readonly Spot[], at: Spot, reach: number): number | null {
  let found: number | null = null;
  let least = reach * reach;
  for (let place = spots.length - 1; place >= 0; place -= 1) {
    const spot = spots[place] as Spot;
    const distance = (spot.x - at.x) ** 2 + (spot.y - at.y) ** 2;
    if (distance < least || (found === null && distance === least)) {
      least = distance;
      found = place;
    }
  }
  return found;
}

/** The outlines of eight marks in a square of 2 by 2 around nothing: told apart without their colour. */
export const MARKS = [
  "M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0Z",
  "M-.85-.85H.85V.85H-.85Z",
  "M0-1.1L1.05.8H-1.05Z",
  "M0-1.2L1.2 0 0 1.2-1.2 0Z",
  "M-.35-1.1H.35V-.35H1.1V.35H.35V1.1H-.35V.35H-1.1V-.35H-.35Z",
  "M0 1.1L1.05-.8H-1.05Z",
  "M-1.2-.45H1.2V.45H-1.2Z",
  "M-.45-1.2H.45V1.2H-.45Z",
] as const;
