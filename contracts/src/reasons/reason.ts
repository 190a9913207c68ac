import type { Bilingual } from "../language.ts";

/** What was kept and what to do next, in both languages. */
export interface Reason {
  readonly status: number;
  readonly message: Bilingual;
}
