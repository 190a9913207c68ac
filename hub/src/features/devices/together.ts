/** Many small works done as one: while a batch is under way, what comes waits for the next. */

/**
 * @param work does a batch, whole or not at all; one that fails is done entry by entry, so that none holds back another
 * @param most of a batch
 * @returns resolves once `entry` is done, and rejects when it failed
 */
export function together<T>(work: (entries: readonly T[]) => Promise<void>, most: number): (entry: T) => Promise<void> {
  let waiting: { readonly entry: T; readonly told: (failure: Error | undefined) => void }[] = [];
  let running = false;

  const failureOf = (entries: readonly T[]): Promise<Error | undefined> =>
    work(entries).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error : new Error("it could not be done", { cause: error })),
    );

  async function run(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, most);
      waiting = waiting.slice(most);
      const failure = await failureOf(batch.map(({ entry }) => entry));
      for (const { entry, told } of batch) told(failure && (batch.length === 1 ? failure : await failureOf([entry])));
    }
    running = false;
  }

  return (entry) =>
    new Promise<void>((resolve, reject) => {
      waiting.push({ entry, told: (failure) => (failure ? reject(failure) : resolve()) });
      if (!running) {
        running = true;
        // What arrives in the same turn goes along.
        setImmediate(() => void run());
      }
    });
}
