/**
 * The municipalities of the register, held in memory: Quebec has some 1,100. They are read again every few minutes, for the register changes
 * a few times a year; until it holds some, at every search.
 */
import type pg from "pg";
import { isParticle } from "@gigafibre/contracts/address-text";
import { editDistance } from "./similarity.ts";

export interface Place {
  readonly key: string;
  /** How well the words say this place, 0 to 1. */
  readonly score: number;
}

const REFRESH_MS = 5 * 60_000;
/** A word that dozens of places share names none of them. */
const COMMON = new Set(["saint", "sainte", "saints", "notre", "dame", "mont", "lac", "riviere", "ville"]);
const MOST_PLACES = 8;
/** Part of a name says the place a little less than all of it. */
const PART = 0.93;

export class Municipalities {
  readonly #db: pg.Pool;
  #keys: readonly string[] = [];
  #spellings: readonly Spelling[] = [];
  /** Trigram → indexes of the spellings that have it. */
  #byTrigram = new Map<string, number[]>();
  #longest = 0;
  #readAt = 0;
  #reading: Promise<void> | undefined;

  constructor(db: pg.Pool) {
    this.#db = db;
  }

  /** Reads them if that is due; waits only while there are none. */
  async ready(now: number = Date.now()): Promise<void> {
    if (this.#keys.length > 0 && now - this.#readAt < REFRESH_MS) return;
    this.#reading ??= this.#read(now).finally(() => (this.#reading = undefined));
    if (this.#keys.length === 0) await this.#reading;
    else this.#reading.catch(() => (this.#readAt = now));
  }

  async #read(now: number): Promise<void> {
    const { rows } = await this.#db.query<{ key: string }>("select distinct municipality_key as key from street order by 1");
    this.#keys = rows.map((row) => row.key);
    this.#spellings = this.#keys.flatMap(spellingsOf);
    this.#longest = Math.max(0, ...this.#keys.map((key) => key.length));
    this.#byTrigram = new Map();
    for (const [index, { text }] of this.#spellings.entries()) {
      for (const trigram of trigramsOf(text)) {
        const holders = this.#byTrigram.get(trigram);
        if (holders) holders.push(index);
        else this.#byTrigram.set(trigram, [index]);
      }
    }
    this.#readAt = now;
  }

  /** Places these words say: the whole name, its beginning, or a part that tells it apart. */
  named(words: readonly string[]): Place[] {
    const text = words.join(" ");
    if (text.length < 3) return [];
    const found: Place[] = [];
    const telling = words.every((word) => COMMON.has(word) || isParticle(word)) ? null : ` ${text} `;
    for (const key of this.#keys) {
      if (key === text) return [{ key, score: 1 }];
      if (key.startsWith(text)) found.push({ key, score: 0.9 + 0.1 * (text.length / key.length) });
      else if (telling && ` ${key} `.includes(telling)) found.push({ key, score: PART });
    }
    return best(found);
  }

  /** Places these words nearly say. */
  resembling(words: readonly string[]): Place[] {
    const text = words.join(" ");
    if (text.length < 4 || text.length > this.#longest + 3) return [];
    const allowed = text.length < 8 ? 1 : text.length < 14 ? 2 : 3;
    const trigrams = trigramsOf(text);
    // An edit changes four trigrams at most, so fewer in common than this is more edits than allowed.
    const least = Math.max(2, trigrams.size - 4 * allowed);
    const shared = new Uint8Array(this.#spellings.length);
    const enough = new Set<number>();
    for (const trigram of trigrams) {
      for (const index of this.#byTrigram.get(trigram) ?? []) {
        const count = (shared[index] ?? 0) + 1;
        shared[index] = count;
        if (count === least) enough.add(index);
      }
    }
    const found = new Map<string, number>();
    for (const index of enough) {
      const spelling = this.#spellings[index];
      if (!spelling || Math.abs(spelling.text.length - text.length) > allowed) continue;
      const edits = editDistance(text, spelling.text);
      if (edits > allowed) continue;
      const score = spelling.weight * (1 - edits / Math.max(text.length, spelling.text.length));
      found.set(spelling.key, Math.max(score, found.get(spelling.key) ?? 0));
    }
    return best([...found].map(([key, score]) => ({ key, score })));
  }
}

/** A way to say a place: its name, or the end of it, "valleyfield" for "salaberry de valleyfield". */
interface Spelling {
  readonly key: string;
  readonly text: string;
  readonly weight: number;
}

function spellingsOf(key: string): Spelling[] {
  const words = key.split(" ");
  return words.flatMap((word, index) => {
    if (index > 0 && (COMMON.has(word) || isParticle(word))) return [];
    return [{ key, text: words.slice(index).join(" "), weight: index === 0 ? 1 : PART }];
  });
}

const best = (places: Place[]): Place[] => places.sort((a, b) => b.score - a.score).slice(0, MOST_PLACES);

function trigramsOf(key: string): Set<string> {
  const padded = `  ${key} `;
  return new Set(Array.from({ length: padded.length - 2 }, (_, index) => padded.slice(index, index + 3)));
}
