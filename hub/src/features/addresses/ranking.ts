/** How well doors found answer what was typed. */
import { wayIndex } from "@gigafibre/contracts/address-text";
import type { Division } from "./division.ts";
import type { AddressQuery, Reading } from "./query.ts";
import { likeness } from "./similarity.ts";
import type { Door } from "./street-search.ts";

export interface Hit {
  readonly door: Door;
  readonly score: number;
}

/** Scores doors against what was typed and keeps each door's best. */
export class Ranking {
  readonly query: AddressQuery;
  readonly #hits = new Map<string, Hit>();
  readonly #likeness = new Map<string, number>();
  readonly #doorsOfStreet = new Map<number, number>();
  bestScore = 0;

  constructor(query: AddressQuery) {
    this.query = query;
  }

  get isEmpty(): boolean {
    return this.#hits.size === 0;
  }

  /** @param placeScore how well the municipality was said. */
  add(door: Door, division: Division, placeScore: number): void {
    const street = this.#streetScore(division.core, door.core_key);
    if (street < 0.4) return;
    this.addScored(door, street * placeScore * division.weight * wayFactor(division.street, door) * suffixFactor(division.reading, door) * this.#turn(division, door));
  }

  addScored(door: Door, score: number): void {
    const total = score * this.#postalFactor(door);
    const known = this.#hits.get(door.uuid);
    if (known && known.score >= total) return;
    this.#hits.set(door.uuid, { door, score: total });
    this.bestScore = Math.max(this.bestScore, total);
  }

  best(limit: number): Hit[] {
    return [...this.#hits.values()]
      .sort(
        (a, b) =>
          b.score - a.score ||
          Number(b.door.served) - Number(a.door.served) ||
          a.door.municipality_key.localeCompare(b.door.municipality_key) ||
          a.door.number - b.door.number ||
          a.door.suffix.localeCompare(b.door.suffix),
      )
      .slice(0, limit)
      .map(({ door, score }) => ({ door, score: Math.round(Math.min(1, score) * 1000) / 1000 }));
  }

  /** 1 for the same; a beginning loses with what is missing; otherwise how alike they are. */
  #streetScore(typed: string, core: string): number {
    const pair = `${typed}|${core}`;
    let score = this.#likeness.get(pair);
    if (score === undefined) {
      const alike = likeness(typed, core) * 0.95;
      score = typed === core ? 1 : core.startsWith(typed) ? Math.max(alike, 0.85 + 0.1 * (typed.length / core.length)) : alike;
      this.#likeness.set(pair, score);
    }
    return score;
  }

  /** Without a number a street's doors take turns with those of other streets. */
  #turn(division: Division, door: Door): number {
    if (division.reading.civic !== null) return 1;
    const turn = this.#doorsOfStreet.get(door.street_id) ?? 0;
    this.#doorsOfStreet.set(door.street_id, turn + 1);
    return 1 - 0.005 * Math.min(turn, 20);
  }

  /** A wrong code must not hide the right door. */
  #postalFactor(door: Door): number {
    const { postalCode } = this.query;
    if (postalCode === "" || door.postal_code.startsWith(postalCode)) return 1;
    return door.postal_code.slice(0, 3) === postalCode.slice(0, 3) ? 0.98 : 0.96;
  }
}

const ENGLISH_WAYS = new Set(["street", "road", "drive", "lane", "court", "crescent", "circle", "highway", "saint"]);

function wayFactor(street: readonly string[], door: Door): number {
  const way = street[wayIndex(street)];
  if (way === undefined || ENGLISH_WAYS.has(way) || door.name_key.split(" ").includes(way)) return 1;
  return 0.93;
}

function suffixFactor({ civic }: Reading, door: Door): number {
  if (civic === null) return 1;
  const suffix = door.suffix.toLowerCase();
  if (suffix === civic.suffix) return 1;
  return civic.suffix === "" ? 0.99 : 0.97;
}
