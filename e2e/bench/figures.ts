/** Figures and how they are taken. */

export interface Figure {
  readonly name: string;
  readonly figure: string;
  /** What it is compared with, taken in the same run. */
  readonly baseline: string;
  readonly limit: string;
  readonly met: boolean;
}

/** The smallest value that `percent` of them do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (value === undefined) throw new Error("a percentile of nothing");
  return value;
}

export const milliseconds = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;

/** How long `work` took, in milliseconds, and what it answered. */
export async function between<T>(work: () => Promise<T>): Promise<[number, T]> {
  const began = performance.now();
  const answer = await work();
  return [performance.now() - began, answer];
}

/** Works on every entry, `atOnce` of them at the same time; the answers in the entries' order. */
export async function inTurns<T, R>(entries: readonly T[], atOnce: number, work: (entry: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < entries.length; index = next++) answers[index] = await work(entries[index] as T);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return answers;
}
