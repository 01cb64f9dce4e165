/** From the cells of two dimensions to what a map and a table draw. */

import type { PivotCell } from "../types.ts";
import type { Box } from "./squarify.ts";

export const MEASURES = ["cost", "tokens", "time", "calls", "failed_calls"] as const;
export type Measure = (typeof MEASURES)[number];

/** The value of a cell, for heights and heats; null is unknown, or there is no cell. */
export function valueOf(cell: PivotCell | null, measure: Measure): number | null {
  if (!cell) return null;
  switch (measure) {
    case "cost":
      return cell.cost === null ? null : Number(cell.cost);
    case "tokens":
      return cell.tokens;
    case "time":
      return cell.latency.p50;
    case "calls":
      return cell.coverage.calls;
    default:
      return cell.failed_calls;
  }
}

/** What the area of a tile stands for: times do not add up, so calls stand for them. */
export const areaOf = (measure: Measure): Measure => (measure === "time" ? "calls" : measure);

/** What a million tokens cost in a cell; null where either is not known. */
export function perMillion(cell: PivotCell | null): number | null {
  if (!cell || cell.cost === null || !cell.tokens) return null;
  return (Number(cell.cost) / cell.tokens) * 1e6;
}

/** How hot a value is among others, from 0 to 1: by its root, so that one giant does not cool the rest. */
export function heat(value: number | null, most: number): number {
  return value === null || value <= 0 || most <= 0 ? 0 : Math.sqrt(Math.min(value, most) / most);
}

export type Direction = "left" | "right" | "up" | "down";

/** The tile to which an arrow leads: the nearest whose middle lies that way; the same if there is none. */
export function neighbour(boxes: readonly Box[], at: number, towards: Direction): number {
  const middle = (box: Box) => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 });
  const own = boxes[at];
  if (!own) return at;
  const from = middle(own);
  let best = at;
  let least = Infinity;
  boxes.forEach((box, place) => {
    if (place === at || !box.width || !box.height) return;
    const to = middle(box);
    const [along, across] = {
      left: [from.x - to.x, to.y - from.y],
      right: [to.x - from.x, to.y - from.y],
      up: [from.y - to.y, to.x - from.x],
      down: [to.y - from.y, to.x - from.x],
    }[towards] as [number, number];
    if (along <= 1) return;
    const distance = along + 2 * Math.abs(across);
    if (distance < least) [best, least] = [place, distance];
  });
  return best;
}
