/** What the suite says while it runs and at its end. */
import { writeFile } from "node:fs/promises";

export interface Report {
  readonly passed: number;
  readonly failed: number;
  say(line: string): void;
  count(passed: number, failed: number): void;
  /** Says it now, and again at the end, where it is read. */
  explain(title: string, words: readonly string[]): void;
  /** @returns the exit code */
  close(file: string | undefined): Promise<number>;
}

export function createReport(): Report {
  let passed = 0;
  let failed = 0;
  const explanations: string[] = [];
  return {
    get passed() {
      return passed;
    },
    get failed() {
      return failed;
    },
    say: (line) => console.log(line),
    count(more, less) {
      passed += more;
      failed += less;
    },
    explain(title, words) {
      const lines = words.flatMap((text) => text.split("\n")).map((line) => `    ${line}`);
      console.log(lines.join("\n"));
      explanations.push([`✗ ${title}`, ...lines].join("\n"));
    },
    async close(file) {
      if (explanations.length > 0) console.log(`\n${explanations.join("\n")}\n`);
      console.log(`${passed} passed, ${failed} failed`);
      if (file !== undefined) await writeFile(file, JSON.stringify({ passed, failed, failures: explanations }));
      return failed === 0 && passed > 0 ? 0 : 1;
    },
  };
}
