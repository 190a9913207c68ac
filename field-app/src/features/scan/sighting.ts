/**
 * The codes of one label, put together from what single frames show of it. One frame may misread a code, or miss one: a code counts once it was
 * read twice, and the label is read when nothing new has come for a few frames.
 */
const TWICE = 2;
const QUIET_FRAMES = 3;
const EMPTY_FRAMES = 8;

export class Sighting {
  readonly #seen = new Map<string, number>();
  #quiet = 0;
  #empty = 0;

  /** @returns the codes of a label that has been read; undefined while it is looked at */
  see(codes: readonly string[]): string[] | undefined {
    this.#empty = codes.length === 0 ? this.#empty + 1 : 0;
    if (this.#empty >= EMPTY_FRAMES) this.clear();
    const before = this.#counted().length;
    for (const code of new Set(codes)) this.#seen.set(code, (this.#seen.get(code) ?? 0) + 1);
    const counted = this.#counted();
    if (counted.length > before || counted.length === 0) {
      this.#quiet = 0;
      return undefined;
    }
    if (codes.length > 0) this.#quiet += 1;
    if (this.#quiet < QUIET_FRAMES) return undefined;
    this.clear();
    return counted;
  }

  clear(): void {
    this.#seen.clear();
    this.#quiet = 0;
    this.#empty = 0;
  }

  #counted(): string[] {
    return [...this.#seen].filter(([, times]) => times >= TWICE).map(([code]) => code);
  }
}
