/**
 * One tab sends at a time. The browser's lock goes with a tab that dies; from one that is frozen in the middle, and no longer beats, it is taken.
 * Two that send at once do no harm: the hub applies each action once.
 */
export interface Locks {
  request(name: string, options: { ifAvailable?: boolean; steal?: boolean }, held: (lock: unknown) => Promise<void>): Promise<unknown>;
}

const BEAT_MS = 5_000;
/** Background tabs may run their timers once a minute. */
const SILENT_MS = 90_000;

export class OneTab {
  readonly #name: string;
  readonly #locks: Locks | undefined;
  readonly #monotonic: () => number;
  readonly #beat: () => void;
  readonly #silentMs: number;
  #silentSince: number | undefined;
  #lost = new AbortController();
  #stopped = false;

  /** @param beat tells the other tabs that this one is at work */
  constructor(name: string, locks: Locks | undefined, monotonic: () => number, beat: () => void, silentMs = SILENT_MS) {
    this.#name = name;
    this.#locks = locks;
    this.#monotonic = monotonic;
    this.#beat = beat;
    this.#silentMs = silentMs;
  }

  /** Another tab has said that it is at work. */
  heard(): void {
    this.#silentSince = this.#monotonic();
  }

  /** @returns false when another tab is at work. The signal says that the lock was taken from this one. */
  async run(body: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    if (this.#stopped) return false;
    const lost = (this.#lost = new AbortController());
    if (!this.#locks) {
      await body(lost.signal);
      return true;
    }
    let ran = false;
    const held = async (lock: unknown): Promise<void> => {
      if (lock === null) return;
      ran = true;
      this.#beat();
      const beating = setInterval(this.#beat, BEAT_MS);
      try {
        await body(lost.signal);
      } finally {
        clearInterval(beating);
      }
    };
    try {
      await this.#locks.request(this.#name, this.#isSilent() ? { steal: true } : { ifAvailable: true }, held);
    } catch (error) {
      if (!(error instanceof Error && error.name === "AbortError")) throw error;
      lost.abort();
    }
    if (ran) this.#silentSince = undefined;
    else this.#silentSince ??= this.#monotonic();
    return ran;
  }

  /** For good. */
  stop(): void {
    this.#stopped = true;
    this.#lost.abort();
  }

  #isSilent(): boolean {
    return this.#silentSince !== undefined && this.#monotonic() - this.#silentSince >= this.#silentMs;
  }
}
