/** `GET /api/address?q=`: from a text to the doors it most likely means. */
import type pg from "pg";
import type { AddressSuggestion } from "@gigafibre/contracts/addresses";
import { anywhere, divide, parts } from "./division.ts";
import type { Division } from "./division.ts";
import { addressLabel } from "./label.ts";
import { Municipalities } from "./municipalities.ts";
import { readQuery } from "./query.ts";
import type { AddressQuery } from "./query.ts";
import { Ranking } from "./ranking.ts";
import { StreetSearch } from "./street-search.ts";
import type { Door, Question } from "./street-search.ts";

/** Above this a street is what was typed, or its beginning, and nothing else needs to be looked for. */
const CONVINCING = 0.7;
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
    const divisions = query.readings.flatMap((reading) => divide(reading, this.#municipalities));
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
}
