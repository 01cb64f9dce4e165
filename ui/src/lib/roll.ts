/** Where in a list of any length one is: a browser's scroll bar ends at some millions of pixels.
 *
 * Up to `TALLEST` a pixel of the bar is a pixel of the list. Beyond, the bar stands for the whole, and
 * `shift` is how much further down the list is than the bar: what is scrolled by hand moves pixel by pixel,
 * what is dragged goes to the same share of the list.
 */

export const TALLEST = 8_000_000; // pixels: half of where single precision loses one

export interface Roll {
  /** Of the list. */
  top: number;
  /** What the bar is to say. */
  bar: number;
}

/** How tall the bar's content is. */
export function barred(whole: number): number {
  return Math.min(whole, TALLEST);
}

/** After the bar went to `bar`: near to where it was is a turn of the wheel, far is a jump. */
export function rolled(was: Roll, bar: number, whole: number, view: number): Roll {
  const most = Math.max(whole - view, 0);
  if (whole <= TALLEST) return { top: Math.min(bar, most), bar };
  const by = bar - was.bar;
  if (Math.abs(by) <= view) {
    const top = Math.min(Math.max(was.top + by, 0), most);
    // The ends of bar and list have to be met together.
    const ends = bar <= 0 || bar >= TALLEST - view - 1;
    if (!ends || top === 0 || top === most) return { top, bar };
    return gone(top, whole, view);
  }
  return { top: Math.round((bar / (TALLEST - view)) * most), bar };
}

/** What the bar says when one is at `top` of the list. */
export function gone(top: number, whole: number, view: number): Roll {
  const most = Math.max(whole - view, 0);
  const there = Math.min(Math.max(top, 0), most);
  if (whole <= TALLEST || !most) return { top: there, bar: there };
  return { top: there, bar: Math.round((there / most) * (TALLEST - view)) };
}
