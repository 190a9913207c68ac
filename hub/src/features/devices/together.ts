/** Many small works done as one: while a batch is under way, what comes waits for the next. */

/**
 * @param work does a batch, whole or not at all, and answers each entry; one that fails is done entry by entry, so that none holds back another
 * @param most of a batch
 * @returns resolves with its answer once `entry` is done, and rejects when it failed
 */
export function together<T, R>(work: (entries: readonly T[]) => Promise<readonly R[]>, most: number): (entry: T) => Promise<R> {
  let waiting: { readonly entry: T; readonly done: (answer: R) => void; readonly failed: (error: unknown) => void }[] = [];
  let running = false;

  async function run(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, most);
      waiting = waiting.slice(most);
      try {
        const answers = await work(batch.map(({ entry }) => entry));
        batch.forEach(({ done }, index) => done(answers[index] as R));
      } catch (error) {
        if (batch.length === 1) batch.forEach(({ failed }) => failed(error));
        else for (const { entry, done, failed } of batch) await work([entry]).then(([answer]) => done(answer as R), failed);
      }
    }
    running = false;
  }

  return (entry) =>
    new Promise<R>((done, failed) => {
      waiting.push({ entry, done, failed });
      if (!running) {
        running = true;
        // What arrives in the same turn goes along.
        setImmediate(() => void run());
      }
    });
}
