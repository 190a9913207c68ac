/** Marks that would lie over each other are one mark, until the map is near enough. */
export interface Pixel {
  readonly x: number;
  readonly y: number;
}

/** Half of what a mark takes up with an hour in it, and its height. */
const REACH = { x: 44, y: 22 };

export function together<Of>(spots: readonly Of[], at: (spot: Of) => Pixel): Of[][] {
  const groups: { readonly first: Pixel; readonly of: Of[] }[] = [];
  for (const spot of spots) {
    const { x, y } = at(spot);
    const near = groups.find(({ first }) => Math.abs(first.x - x) < REACH.x && Math.abs(first.y - y) < REACH.y);
    if (near) near.of.push(spot);
    else groups.push({ first: { x, y }, of: [spot] });
  }
  return groups.map(({ of }) => of);
}
