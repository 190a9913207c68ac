/** How long something that failed rests before it is tried again: durations by a clock that never jumps, longer each time, never twice the same. */
export interface Delays {
  readonly firstMs: number;
  readonly longestMs: number;
}

export interface Rest {
  readonly ms: number;
  /** What the other side asked for: nothing but the person shortens it. */
  readonly atLeastMs: number;
}

const DELAYS: Delays = { firstMs: 2_000, longestMs: 5 * 60_000 };

export class Backoff {
  readonly #resting = new Map<string, { readonly failures: number; readonly until: number; readonly atLeastUntil: number }>();
  readonly #monotonic: () => number;
  readonly #delays: Delays;

  constructor(monotonic: () => number, delays: Delays = DELAYS) {
    this.#monotonic = monotonic;
    this.#delays = delays;
  }

  failed(what: string, atLeastMs = 0): Rest {
    const longest = Math.min(this.#delays.firstMs * 2 ** (this.#resting.get(what)?.failures ?? 0), this.#delays.longestMs);
    const rest = { ms: Math.max(longest / 2 + (Math.random() * longest) / 2, atLeastMs), atLeastMs };
    this.rest(what, rest);
    return rest;
  }

  /** As this tab or another has found. */
  rest(what: string, { ms, atLeastMs }: Rest): void {
    const now = this.#monotonic();
    this.#resting.set(what, { failures: (this.#resting.get(what)?.failures ?? 0) + 1, until: now + ms, atLeastUntil: now + atLeastMs });
  }

  isResting(what: string): boolean {
    return (this.#resting.get(what)?.until ?? -Infinity) > this.#monotonic();
  }

  resting(): ReadonlySet<string> {
    return new Set([...this.#resting.keys()].filter((what) => this.isResting(what)));
  }

  worked(what: string): void {
    this.#resting.delete(what);
  }

  /** Something has changed: it may be tried at once, unless the other side asked for longer. */
  lift(what: string): void {
    const rest = this.#resting.get(what);
    if (rest) this.#resting.set(what, { ...rest, until: rest.atLeastUntil });
  }

  clear(): void {
    this.#resting.clear();
  }

  /** Until the first of these may be tried, at least as long as a first failure rests; undefined where none has failed. */
  nextMs(whats: readonly string[]): number | undefined {
    const left = whats.flatMap((what) => this.#resting.get(what)?.until ?? []).map((until) => until - this.#monotonic());
    return left.length === 0 ? undefined : Math.max(Math.min(...left), this.#delays.firstMs);
  }
}
