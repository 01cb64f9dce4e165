/** Where the tiles of a treemap lie: areas as their values, as square as may be (Bruls, Huizing, van Wijk 2000). */

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A box for each value, in the same order; one for nothing has no area. The largest lies at the top left, and
 * the one that is `last`, if any, at the bottom right, however large it is. */
export function squarify(values: readonly number[], into: Box, last = -1): Box[] {
  const boxes: Box[] = values.map(() => ({ x: into.x, y: into.y, width: 0, height: 0 }));
  const order = values
    .map((value, at) => ({ value: Number.isFinite(value) ? Math.max(0, value) : 0, at }))
    .filter((one) => one.value > 0)
    .sort(
      (one, other) =>
        Number(one.at === last) - Number(other.at === last) || other.value - one.value || one.at - other.at,
    );
  const whole = order.reduce((sum, one) => sum + one.value, 0);
  const scale = whole > 0 ? (into.width * into.height) / whole : 0;
  const areas = order.map((one) => one.value * scale);
  let rest = { ...into };
  let from = 0;
  while (from < areas.length) {
    const side = Math.min(rest.width, rest.height);
    let until = from + 1;
    while (
      until < areas.length &&
      worst(areas.slice(from, until + 1), side) <= worst(areas.slice(from, until), side)
    )
      until += 1;
    rest = lay(areas.slice(from, until), rest, (at, box) => {
      boxes[(order[from + at] as { at: number }).at] = box;
    });
    from = until;
  }
  return boxes;
}

/** The longest of a row of areas along a side, as width to height or height to width. */
function worst(areas: readonly number[], side: number): number {
  const sum = areas.reduce((all, area) => all + area, 0);
  const [most, least] = [Math.max(...areas), Math.min(...areas)];
  if (sum === 0 || side === 0) return Infinity;
  return Math.max((side * side * most) / (sum * sum), (sum * sum) / (side * side * least));
}

/** Lays a row along the shorter side, and gives what is left. */
function lay(areas: readonly number[], rest: Box, place: (at: number, box: Box) => void): Box {
  const sum = areas.reduce((all, area) => all + area, 0);
  const isUpright = rest.width >= rest.height;
  const side = isUpright ? rest.height : rest.width;
  // What is left after many rows is known only as well as floats know it.
  const depth = side ? Math.min(sum / side, isUpright ? rest.width : rest.height) : 0;
  let along = 0;
  areas.forEach((area, at) => {
    const length = sum ? (area / sum) * side : 0;
    place(
      at,
      isUpright
        ? { x: rest.x, y: rest.y + along, width: depth, height: length }
        : { x: rest.x + along, y: rest.y, width: length, height: depth },
    );
    along += length;
  });
  return isUpright
    ? { x: rest.x + depth, y: rest.y, width: Math.max(0, rest.width - depth), height: rest.height }
    : { x: rest.x, y: rest.y + depth, width: rest.width, height: Math.max(0, rest.height - depth) };
}

/** The box less a margin on each side and more at the top, as far as there is room. */
export function inset(box: Box, margin: number, top = margin): Box {
  return {
    x: box.x + Math.min(margin, box.width / 2),
    y: box.y + Math.min(top, box.height),
    width: Math.max(0, box.width - 2 * margin),
    height: Math.max(0, box.height - top - margin),
  };
}
