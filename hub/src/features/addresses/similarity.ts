/** How near two keys are, for ranking the few that PostgreSQL found. */

/** Edits between two texts: a letter put in, left out, changed, or swapped with its neighbour. */
export function editDistance(a: string, b: string): number {
  if (a === b) return 0;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let least = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + (same ? 0 : 1));
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        least = Math.min(least, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(least);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}

/** 1 for the same, 0 for nothing in common. */
export function likeness(a: string, b: string): number {
  const longest = Math.max(a.length, b.length);
  return longest === 0 ? 1 : 1 - editDistance(a, b) / longest;
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz ";

/**
 * Every text one edit away from a short one. A typo in the middle of six letters leaves too few common trigrams to be found by them; the index on
 * whole keys finds these instead.
 */
export function oneEditAway(text: string): string[] {
  const found = new Set<string>();
  for (let index = 0; index <= text.length; index += 1) {
    const before = text.slice(0, index);
    const after = text.slice(index);
    for (const letter of LETTERS) {
      found.add(before + letter + after);
      if (after) found.add(before + letter + after.slice(1));
    }
    if (after) found.add(before + after.slice(1));
    if (after.length > 1) found.add(before + (after[1] ?? "") + (after[0] ?? "") + after.slice(2));
  }
  found.delete(text);
  return [...found];
}
