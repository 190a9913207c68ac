/**
 * The four ways in which the register is asked. Each is bounded by an index and a limit, so that none grows with the register: by the
 * beginning of a street's core, by trigrams on distinct cores, by neighbouring doors, and, for words that say no street, by what they do say.
 */
import type pg from "pg";
import { oneEditAway } from "./similarity.ts";

/** A door found, with what ranking needs. */
export interface Door {
  readonly uuid: string;
  readonly number: number;
  readonly suffix: string;
  readonly postal_code: string;
  readonly street_id: number;
  readonly street: string;
  readonly municipality: string;
  readonly name_key: string;
  readonly core_key: string;
  readonly municipality_key: string;
  /** Whether fibre reaches it: of two equal doors, this one was more likely meant. */
  readonly served: boolean;
  /** Which question it answers, an index into the questions asked. */
  readonly question: number;
}

export interface Question {
  readonly core: string;
  /** Null for any municipality. */
  readonly municipality: string | null;
  /** Null for any door. */
  readonly number: number | null;
}

/** `limit 1` keeps PostgreSQL from reading every drop into a hash to answer for a few doors. */
const DOOR = `
  a.uuid, a.number, a.suffix, a.postal_code, s.id as street_id, s.name as street, s.municipality, s.name_key, s.core_key, s.municipality_key,
  coalesce((select true from fiber_availability f where f.address_uuid = a.uuid limit 1), false) as served`;

/** Doors of a street: those with the number, or the first few when none was given. */
const DOORS_OF = (number: string, few: string): string => `
  cross join lateral (
    (select * from address where street_id = s.id and number = ${number} order by suffix limit 12)
    union all
    (select * from address where ${number} is null and street_id = s.id order by number, suffix limit ${few})
  ) a`;

/** Streets in one place, or anywhere: enough of them that every "Principale" of Quebec is among them. */
const STREETS_WITH_NUMBER = 600;
const STREETS_WITHOUT = 12;
const MOST_DOORS = 400;

const columnsOf = (questions: readonly Question[]): [string[], (string | null)[], (number | null)[]] => [
  questions.map((question) => question.core),
  questions.map((question) => question.municipality),
  questions.map((question) => question.number),
];

/** Keys hold a–z, 0–9 and spaces only, all below "~": the range from "abc" to "abc~" is what begins with "abc". */
export class StreetSearch {
  readonly #db: pg.Pool;

  constructor(db: pg.Pool) {
    this.#db = db;
  }

  /** Streets whose core is, or begins with, the question's. */
  async beginning(questions: readonly Question[], few: number): Promise<Door[]> {
    return this.#doors("address.beginning", [...columnsOf(questions), few], `
      select (q.ordinality - 1)::int as question, ${DOOR}
      from unnest($1::text[], $2::text[], $3::int[]) with ordinality as q (core, municipality, number, ordinality)
      cross join lateral (
        (select * from street where q.municipality is null and core_key ~>=~ q.core and core_key ~<~ (q.core || '~')
         order by core_key using ~<~ limit case when q.number is null then ${STREETS_WITHOUT} else ${STREETS_WITH_NUMBER} end)
        union all
        (select * from street where municipality_key = q.municipality and core_key ~>=~ q.core and core_key ~<~ (q.core || '~')
         order by core_key using ~<~ limit case when q.number is null then ${STREETS_WITHOUT} else ${STREETS_WITH_NUMBER} end)
      ) s
      ${DOORS_OF("q.number", "$4")}
      limit ${MOST_DOORS}`);
  }

  /**
   * Streets anywhere whose core looks like the question's. The near texts are joined, for `= any` would have the trigram index asked for each of
   * its hundreds.
   */
  async resembling(question: Question, few: number): Promise<Door[]> {
    const near = question.core.length <= 7 ? oneEditAway(question.core) : [];
    return this.#doors("address.resembling", [question.core, question.number, few, near], `
      with core as (
        select core_key, max(likeness) as likeness from (
          select core_key, similarity(core_key, $1) as likeness from distinct_core where core_key % $1
          union all
          select core_key, 0.5 from unnest($4::text[]) as near (core_key) join distinct_core using (core_key)
        ) found group by core_key order by 2 desc, 1 limit 40
      )
      select 0 as question, ${DOOR}
      from core join lateral (
        select * from street where core_key = core.core_key
        limit case when $2::int is null then ${STREETS_WITHOUT} else ${STREETS_WITH_NUMBER} end
      ) s on true
      ${DOORS_OF("$2::int", "$3")}
      order by core.likeness desc limit ${MOST_DOORS}`);
  }

  /** The streets of given places that look most like the questions' cores: a place has few enough to compare them all. */
  async resemblingIn(questions: readonly Question[], few: number): Promise<Door[]> {
    return this.#doors("address.resembling-in", [...columnsOf(questions), few], `
      select (q.ordinality - 1)::int as question, ${DOOR}
      from unnest($1::text[], $2::text[], $3::int[]) with ordinality as q (core, municipality, number, ordinality)
      cross join lateral (
        select * from street where municipality_key = q.municipality order by similarity(core_key, q.core) desc, id
        limit case when q.number is null then ${STREETS_WITHOUT} else 50 end
      ) s
      ${DOORS_OF("q.number", "$4")}
      limit ${MOST_DOORS}`);
  }

  /** The doors nearest to a number that a street does not have, and those whose number begins with it. */
  async nextTo(streets: readonly number[], number: number): Promise<Door[]> {
    return this.#doors("address.next-to", [streets, number], `
      select 0 as question, ${DOOR}
      from street s cross join lateral (
        (select * from address where street_id = s.id and number > $2 order by number, suffix limit 3)
        union
        (select * from address where street_id = s.id and number < $2 order by number desc, suffix limit 3)
        union
        (select * from address where street_id = s.id and number between $2 * 10 and $2 * 10 + 9 order by number, suffix limit 4)
      ) a
      where s.id = any($1::int[])`);
  }

  /** Streets whose whole name begins so: "rue de la". */
  async named(name: string, municipalities: readonly string[] | null, number: number | null, limit: number): Promise<Door[]> {
    return this.#doors("address.named", [name, municipalities, number, limit], `
      select 0 as question, ${DOOR}
      from (
        (select * from street where $2::text[] is null and name_key ~>=~ $1 and name_key ~<~ ($1 || '~') order by name_key using ~<~ limit 300)
        union all
        (select * from street where municipality_key = any($2::text[]) and name_key ~>=~ $1 and name_key ~<~ ($1 || '~') limit 300)
      ) s
      ${DOORS_OF("$3::int", "2")}
      limit $4`);
  }

  /** Any street of these places. */
  async inPlaces(municipalities: readonly string[], number: number | null, limit: number): Promise<Door[]> {
    return this.#doors("address.in-places", [municipalities, number, limit], `
      select 0 as question, ${DOOR}
      from (select * from street where municipality_key = any($1::text[]) order by array_position($1::text[], municipality_key), core_key limit 8000) s
      ${DOORS_OF("$2::int", "1")}
      limit $3`);
  }

  /** Doors by postal code, or the beginning of one. */
  async withPostalCode(code: string, number: number | null, limit: number): Promise<Door[]> {
    return this.#doors("address.with-postal-code", [code, number, limit], `
      select 0 as question, ${DOOR}
      from (
        select * from address where postal_code ~>=~ $1 and postal_code ~<~ ($1 || '~') and ($2::int is null or number = $2)
        order by postal_code using ~<~, number limit $3
      ) a join street s on s.id = a.street_id`);
  }

  async #doors(name: string, values: unknown[], text: string): Promise<Door[]> {
    const { rows } = await this.#db.query<Door>({ name, text, values });
    return rows;
  }
}
