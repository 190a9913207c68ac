/** How a reading's words may be divided between street and municipality, and what of the street tells it apart. Pure. */
import { beginsWay, coreWords, isParticle, isWay, resemblesWay } from "@gigafibre/contracts/address-text";
import type { Municipalities, Place } from "./municipalities.ts";
import type { Reading } from "./query.ts";

/** One way to divide a reading's words between street and municipality. */
export interface Division {
  readonly reading: Reading;
  readonly street: readonly string[];
  readonly core: string;
  /** Below 1 where the core supposes a mistake. */
  readonly weight: number;
  /** Null when no word says one. */
  readonly places: readonly Place[] | null;
}

const MOST_DIVISIONS = 5;
/** A core that supposes a mistake. */
const SUPPOSED = 0.97;

/** The words as a street alone, and every split of them into a street and a place that exists. */
export function divide(reading: Reading, municipalities: Pick<Municipalities, "named" | "resembling">): Division[] {
  const { words } = reading;
  const places = placesIn(words, (part) => municipalities.named(part));
  const said = places.some(({ place, atEnd }) => atEnd && place[0]?.score === 1);
  if (!said) places.push(...placesIn(words, (part) => municipalities.resembling(part)));
  places.sort((a, b) => (b.place[0]?.score ?? 0) - (a.place[0]?.score ?? 0) || a.street.length - b.street.length);
  return [{ street: words, place: null }, ...places.slice(0, MOST_DIVISIONS)].flatMap(({ street, place }) =>
    coresOf(street).map((core, index) => ({ reading, street, core, weight: index === 0 ? 1 : SUPPOSED, places: place })),
  );
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

/** What tells the street apart, and what would if a word were misspelt or only begun. None twice; "" where it is common words alone. */
function coresOf(street: readonly string[]): string[] {
  const core = coreWords(street).join(" ");
  const [first = "", second = "", ...more] = street;
  const cores = [core];
  // "Chemin Côté": a name may be a kind of way itself.
  if (core === "" && street.length === 1) cores.push(first);
  // "boulev": a kind of way that is only begun.
  if (street.length === 1 && beginsWay(first)) cores.push("");
  // "chmein Cartier"
  if (street.length > 1 && !isWay(first) && resemblesWay(first)) cores.push(coreWords(street.slice(1)).join(" ") || street.slice(1).join(" "));
  // "10e aven", "13ee avenue": a number before a kind of way that is begun or misspelt, or a misspelt ordinal before one.
  const number = /^\d{1,3}(?=[a-z]{0,5}$)/.exec(first)?.[0];
  if (number !== undefined && more.length === 0 && (resemblesWay(second) || second.length === 1 || second.length === 2)) cores.push(number);
  // "chemin dts Tilleuls": a short word after the kind of way is likely a misspelt article.
  if (isWay(first) && second.length <= 3 && !isParticle(second) && !/\d/.test(second) && more.length > 0) cores.push(coreWords(more).join(" "));
  return [...new Set(cores)];
}

const MOST_PARTS = 16;

/** For words that say nothing we know: the streets that some of the first or last words say. */
export function parts(divisions: readonly Division[]): Division[] {
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
export function anywhere(divisions: readonly Division[]): Division[] {
  return [...new Map(divisions.map((division) => [division.core, { ...division, places: null }])).values()];
}
