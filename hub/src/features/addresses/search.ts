/** `GET /api/address?q=`: from a text to the doors it most likely means. */
import type pg from "pg";
import { beginsWay, coreWords, isWay, resemblesWay, wayIndex } from "@gigafibre/contracts/address-text";
import type { AddressSuggestion } from "@gigafibre/contracts/addresses";
import { addressLabel } from "./label.ts";
import { Municipalities } from "./municipalities.ts";
import type { Place } from "./municipalities.ts";
import { readQuery } from "./query.ts";
import type { AddressQuery, Reading } from "./query.ts";
import { likeness } from "./similarity.ts";
import { StreetSearch } from "./street-search.ts";
import type { Door, Question } from "./street-search.ts";

/** One way to divide a reading's words between street and municipality. */
interface Division {
  readonly reading: Reading;
  readonly street: readonly string[];
  readonly core: string;
  /** Null when no word says one. */
  readonly places: readonly Place[] | null;
}

interface Hit {
  readonly door: Door;
  readonly score: number;
}

/** Above this a street is what was typed, or its beginning, and nothing else needs to be looked for. */
const CONVINCING = 0.7;
const MOST_DIVISIONS = 5;
/** A street found without regard to the municipality that was typed. */
const OTHER_PLACE = 0.65;
/** A street that only some of its words say. */
const PART_OF_STREET = 0.9;
const NEXT_DOOR = 0.7;
const COMMON_WORDS = 0.72;

export class AddressSearch {
  readonly #streets: StreetSearch;
  readonly #municipalities: Municipalities;

  constructor(db: pg.Pool) {
    this.#streets = new StreetSearch(db);
    this.#municipalities = new Municipalities(db);
  }

  /** @param typed any text. @returns at most `limit` doors, best first; none when nothing resembles it. */
  async suggest(typed: string, limit: number): Promise<AddressSuggestion[]> {
    const query = readQuery(typed);
    await this.#municipalities.ready();
    const ranking = new Ranking(query);
    if (query.postalCode !== "" && query.readings.every(({ words }) => words.every((word) => /^\d+$/.test(word)))) {
      await this.#askPostalCode(query, ranking, limit);
    }
    const divisions = query.readings.flatMap((reading) => this.#divide(reading));
    if (ranking.isEmpty) await this.#askPlace(divisions, ranking, limit, 1);
    if (ranking.isEmpty) await this.#ask(divisions, ranking, limit);
    if (ranking.isEmpty) await this.#askPlace(divisions, ranking, limit, 0);
    if (ranking.isEmpty && query.postalCode !== "") await this.#askPostalCode(query, ranking, limit);
    return ranking.best(limit).map(({ door, score }) => ({
      uuid: door.uuid,
      label: addressLabel(door),
      municipality: door.municipality,
      postal_code: door.postal_code,
      score,
    }));
  }

  async #ask(divisions: readonly Division[], ranking: Ranking, limit: number): Promise<void> {
    const withStreet = divisions.filter((division) => division.core !== "");
    await this.#askWith(withStreet, ranking, (questions) => this.#streets.beginning(questions, limit));
    if (ranking.bestScore < CONVINCING) await this.#askCommonWords(divisions, ranking, limit);
    if (ranking.bestScore >= CONVINCING) return;

    const placed = withStreet.filter((division) => division.places !== null);
    if (placed.length > 0) {
      await this.#askWith(placed, ranking, (questions) => this.#streets.resemblingIn(questions, 2));
      if (ranking.bestScore < CONVINCING) await this.#askWith(parts(placed), ranking, (questions) => this.#streets.beginning(questions, 1), PART_OF_STREET);
    }
    if (ranking.bestScore < CONVINCING) {
      for (const division of withStreet.filter(({ places, core }) => places === null && core.length >= 3).slice(0, 2)) {
        await this.#askWith([division], ranking, ([question]) => (question ? this.#streets.resembling(question, 2) : Promise.resolve([])));
      }
    }
    if (ranking.bestScore < CONVINCING) await this.#askWith(anywhere(parts(withStreet)), ranking, (questions) => this.#streets.beginning(questions, 1), OTHER_PLACE);
    if (ranking.bestScore < CONVINCING) await this.#askNextDoor(withStreet, ranking);
  }

  /** Nothing but the name of a municipality, said at least so well. */
  async #askPlace(divisions: readonly Division[], ranking: Ranking, limit: number, least: number): Promise<void> {
    const alone = divisions.find(({ street, places }) => street.length === 0 && (places?.[0]?.score ?? -1) >= least);
    if (!alone?.places) return;
    const streetToo = divisions.filter(({ core, places }) => places === null && core !== "");
    await this.#askWith(streetToo, ranking, (questions) => this.#streets.beginning(questions, 1));
    const keys = alone.places.map((place) => place.key);
    const doors = await this.#streets.inPlaces(keys, alone.reading.civic?.number ?? null, limit);
    for (const door of doors) ranking.addScored(door, COMMON_WORDS);
  }

  async #askWith(divisions: readonly Division[], ranking: Ranking, ask: (questions: Question[]) => Promise<Door[]>, factor = 1): Promise<void> {
    const asked = divisions.flatMap((division) =>
      (division.places ?? [null]).map((place) => ({
        division,
        place,
        question: { core: division.core, municipality: place?.key ?? null, number: division.reading.civic?.number ?? null },
      })),
    );
    if (asked.length === 0) return;
    for (const door of await ask(asked.map(({ question }) => question))) {
      const origin = asked[door.question];
      if (origin) ranking.add(door, origin.division, (origin.place?.score ?? 1) * factor);
    }
  }

  /** The street is there but not the number: its neighbours are offered. */
  async #askNextDoor(divisions: readonly Division[], ranking: Ranking): Promise<void> {
    const numbered = divisions.filter((division) => division.reading.civic !== null);
    if (numbered.length === 0) return;
    const anyNumber = new Ranking(ranking.query);
    const unnumbered = numbered.map((division) => ({ ...division, reading: { ...division.reading, civic: null } }));
    await this.#askWith(unnumbered, anyNumber, (questions) => this.#streets.beginning(questions, 1));
    if (anyNumber.isEmpty) {
      const placed = unnumbered.filter((division) => division.places !== null);
      if (placed.length > 0) await this.#askWith(placed, anyNumber, (questions) => this.#streets.resemblingIn(questions, 1));
    }
    const streets = anyNumber.best(6);
    const civic = numbered[0]?.reading.civic;
    if (!civic || streets.length === 0) return;
    const scores = new Map(streets.map(({ door, score }) => [door.street_id, score]));
    for (const door of await this.#streets.nextTo([...scores.keys()], civic.number)) {
      const away = Math.abs(door.number - civic.number);
      const begins = String(door.number).startsWith(String(civic.number));
      ranking.addScored(door, (scores.get(door.street_id) ?? 0) * NEXT_DOOR * (begins ? 1 : 1 - Math.min(0.3, away / 1000)));
    }
  }

  /** "rue de la" says how a street's name begins; it is looked up whole. */
  async #askCommonWords(divisions: readonly Division[], ranking: Ranking, limit: number): Promise<void> {
    for (const { reading, street, core, places } of divisions) {
      if (core !== "" || street.length === 0) continue;
      const keys = places?.map((place) => place.key) ?? null;
      const doors = await this.#streets.named(street.join(" "), keys, reading.civic?.number ?? null, limit * 4);
      for (const door of doors) ranking.addScored(door, COMMON_WORDS * (places?.[0]?.score ?? 1));
      if (doors.length > 0) return;
    }
  }

  async #askPostalCode(query: AddressQuery, ranking: Ranking, limit: number): Promise<void> {
    const [reading] = query.readings;
    const number = reading?.civic?.number ?? (reading?.words.length === 1 ? Number(reading.words[0]) : null);
    for (const door of await this.#streets.withPostalCode(query.postalCode, Number.isInteger(number) ? number : null, limit)) {
      ranking.addScored(door, 0.6);
    }
  }

  /** The words as a street alone, and every split of them into a street and a place that exists. */
  #divide(reading: Reading): Division[] {
    const { words } = reading;
    const places = placesIn(words, (part) => this.#municipalities.named(part));
    const said = places.some(({ place, atEnd }) => atEnd && place[0]?.score === 1);
    if (!said) places.push(...placesIn(words, (part) => this.#municipalities.resembling(part)));
    places.sort((a, b) => (b.place[0]?.score ?? 0) - (a.place[0]?.score ?? 0) || a.street.length - b.street.length);
    return [{ street: words, place: null }, ...places.slice(0, MOST_DIVISIONS)].flatMap(({ street, place }) =>
      coresOf(street).map((core) => ({ reading, street, core, places: place })),
    );
  }
}

interface Split {
  readonly street: readonly string[];
  readonly place: readonly Place[];
  readonly atEnd: boolean;
}

/** Places said by the last words, or by the first. Once a name is complete, its own parts are not looked at. */
function placesIn(words: readonly string[], find: (part: readonly string[]) => Place[]): Split[] {
  const found: Split[] = [];
  const look = (part: readonly string[], street: readonly string[], atEnd: boolean): boolean => {
    const place = find(part);
    if (place.length > 0) found.push({ street, place, atEnd });
    return place[0]?.score === 1;
  };
  for (let at = 0; at < words.length; at += 1) if (look(words.slice(at), words.slice(0, at), true)) break;
  for (let at = words.length - 1; at > 0; at -= 1) if (look(words.slice(0, at), words.slice(at), false)) break;
  return found;
}

/**
 * What may tell the street apart. A name may be a kind of way itself ("Chemin Côté"), and the kind may be misspelt ("chmein Cartier"):
 * then both are tried.
 */
function coresOf(street: readonly string[]): string[] {
  const core = coreWords(street).join(" ");
  const [first, ...rest] = street;
  if (core === "") return street.length === 1 && first !== undefined ? ["", first] : [""];
  if (rest.length === 0 && first !== undefined && beginsWay(first)) return [core, ""];
  if (first !== undefined && rest.length > 0 && !isWay(first) && resemblesWay(first)) return [core, coreWords(rest).join(" ") || rest.join(" ")];
  return [core];
}

const MOST_PARTS = 16;

/** For words that say nothing we know: the streets that some of the first or last words say. */
function parts(divisions: readonly Division[]): Division[] {
  const found = new Map<string, Division>();
  for (const division of divisions) {
    const { street, places } = division;
    for (let length = street.length; length > 0; length -= 1) {
      for (const part of [street.slice(0, length), street.slice(street.length - length)]) {
        const core = coreWords(part).join(" ");
        const key = JSON.stringify([core, places?.map((place) => place.key)]);
        if ((core.length > 2 || /^\d+$/.test(core)) && !found.has(key)) found.set(key, { ...division, street: part, core });
      }
    }
  }
  return [...found.values()].slice(0, MOST_PARTS);
}

/** The same streets whatever municipality was said: it may be wrong. */
function anywhere(divisions: readonly Division[]): Division[] {
  return [...new Map(divisions.map((division) => [division.core, { ...division, places: null }])).values()];
}

/** Scores doors against what was typed and keeps each door's best. */
class Ranking {
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
    this.addScored(door, street * placeScore * wayFactor(division.street, door) * suffixFactor(division.reading, door) * this.#turn(division, door));
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

const ENGLISH_WAYS = new Set(["street", "road", "drive", "lane", "court", "crescent", "circle", "highway", "line", "saint"]);

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
