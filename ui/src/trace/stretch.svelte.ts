/** Dragging over an axis chooses a stretch of it. */

const LEAST = 4; // pixels: less is a click

export class Stretch {
  /** What is being drawn, in pixels from the left of what the axis's box stands in. */
  band = $state<{ left: number; width: number; share: number } | null>(null);

  private readonly axis: () => HTMLElement;
  private readonly chosen: (from: number, to: number) => void;

  /** `chosen` is told of both ends, as shares of the axis. */
  constructor(axis: () => HTMLElement, chosen: (from: number, to: number) => void) {
    this.axis = axis;
    this.chosen = chosen;
  }

  begin(event: PointerEvent): void {
    // A finger scrolls; and what is not over the axis is no stretch of it.
    if (event.button || event.pointerType === "touch") return;
    const bounds = this.axis().getBoundingClientRect();
    if (event.clientX < bounds.left || event.clientX > bounds.right) return;
    const outside = (event.currentTarget as HTMLElement).getBoundingClientRect().left;
    const into = (x: number) => Math.min(Math.max(x, bounds.left), bounds.right);
    const from = into(event.clientX);
    const ends = (x: number) => [Math.min(from, into(x)), Math.max(from, into(x))] as const;
    const move = (moved: PointerEvent) => {
      const [left, right] = ends(moved.clientX);
      const width = right - left;
      if (!this.band && width < LEAST) return;
      this.band = { left: left - outside, width, share: width / bounds.width };
      moved.preventDefault();
      getSelection()?.removeAllRanges();
    };
    const stop = new AbortController();
    const done = (ended: PointerEvent) => {
      stop.abort();
      const was = this.band;
      this.band = null;
      if (!was || ended.type === "pointercancel" || was.width < LEAST) return;
      const [left, right] = ends(ended.clientX);
      this.chosen((left - bounds.left) / bounds.width, (right - bounds.left) / bounds.width);
      swallowClick();
    };
    addEventListener("pointermove", move, { signal: stop.signal });
    addEventListener("pointerup", done, { signal: stop.signal });
    addEventListener("pointercancel", done, { signal: stop.signal });
  }
}

/** The click that ends a drag chooses no row. */
function swallowClick(): void {
  const swallow = (event: Event) => event.stopPropagation();
  addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", swallow, { capture: true }));
}
