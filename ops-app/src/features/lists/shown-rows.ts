/** Which rows of one height are in sight of a box that scrolls, and some beyond on either side. */
export interface ShownRows {
  readonly from: number;
  /** The first that is not. */
  readonly to: number;
}

const BEYOND = 15;

export function shownRows(scrolled: number, height: number, rowHeight: number, count: number): ShownRows {
  const first = Math.floor(scrolled / rowHeight) - BEYOND;
  const to = Math.min(count, Math.max(0, first + Math.ceil(height / rowHeight) + 2 * BEYOND + 1));
  return { from: Math.max(0, Math.min(first, to)), to };
}
