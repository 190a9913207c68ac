/**
 * What someone typed, taken apart: the civic number and its suffix, the postal code, and the words that are left for street and municipality.
 * A text may be read in several ways ("3-123 rue X" is an apartment at 123, or the doors 3 to 123); the register decides which was meant.
 */
import { addressWords, isWay, ordinalOf, plainKey } from "@gigafibre/contracts/address-text";

export interface Civic {
  readonly number: number;
  /** Lower case; empty without one. */
  readonly suffix: string;
}

export interface Reading {
  readonly civic: Civic | null;
  /** In normal form, at most twelve. */
  readonly words: readonly string[];
}

export interface AddressQuery {
  /** Most likely first; at least one. */
  readonly readings: readonly Reading[];
  /** "J0S 1M0" or the beginning of one; empty without one. */
  readonly postalCode: string;
}

const MAX_WORDS = 12;
const MAX_WORD = 30;
const MAX_READINGS = 4;
/** PostgreSQL's integers end before ten digits, and civic numbers long before. */
const NUMBER = /^\d{1,6}$/;
const NUMBER_AND_SUFFIX = /^(\d{1,6})(bis|ter|[a-z])$/;
const SUFFIX = /^(bis|ter|[a-z])$/;

export function readQuery(typed: string): AddressQuery {
  const { rest, postalCode } = takePostalCode(foldForReading(typed));
  const seen = new Map<string, Reading>();
  for (const text of withoutUnits(rest)) {
    for (const reading of readCivic(words(text))) seen.set(JSON.stringify(reading), reading);
  }
  const readings = [...seen.values()].slice(0, MAX_READINGS);
  return { readings: readings.length > 0 ? readings : [{ civic: null, words: [] }], postalCode };
}

function foldForReading(typed: string): string {
  return typed
    .slice(0, 500)
    .replace(/(\d)\s*(?:½|1\/2\b)/g, "$1½")
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{M}/gu, "");
}

const WHOLE_CODE = /\b([ghjk][\do][a-z])[\s-]*([\do][a-z][\do])\b/;
const PARTIAL_CODE = /\b([ghjk]\d[a-z])(?:[\s-]*(\d[a-z]?))?\s*$/;
const AREA = /\b([ghjk]\d[a-z])\b/;

/** A code is read with the letter O for a zero, without its space, or only begun. */
function takePostalCode(text: string): { rest: string; postalCode: string } {
  const found = WHOLE_CODE.exec(text) ?? PARTIAL_CODE.exec(text) ?? AREA.exec(text);
  if (!found) return { rest: text, postalCode: "" };
  const [match, area = "", unit = ""] = found;
  const digits = (part: string, places: readonly number[]): string =>
    [...part].map((character, index) => (character === "o" && places.includes(index) ? "0" : character)).join("");
  const postalCode = `${digits(area, [1])} ${digits(unit, [0, 2])}`.trim().toUpperCase();
  return { rest: `${text.slice(0, found.index)} ${text.slice(found.index + match.length)}`, postalCode };
}

const UNIT = /\b(?:app|appt|apt|appartement|apartment|unite|unit|suite|bureau|logement)\b\.?\s*#?\s*\d*[a-z]?\b|#\s*\d+[a-z]?\b/g;
const PAIR = /\b(\d{1,6})\s*[-–]\s*(\d{1,6})\b/;

/** The text without an apartment; "3-123" becomes two texts, for either may be the door. */
function withoutUnits(text: string): string[] {
  const stripped = text.replace(UNIT, " ");
  const kept = /\d/.test(stripped) ? stripped : text;
  const pair = PAIR.exec(kept);
  if (!pair) return [kept];
  const [match, first = "", second = ""] = pair;
  return [first, second].map((number) => kept.replace(match, ` ${number} `));
}

/** Plain words; the province and the country at the end say nothing. */
function words(text: string): string[] {
  const all = plainKey(text.replaceAll("½", " demi "))
    .split(" ")
    .filter(Boolean)
    .filter((word) => word !== "qc" && word !== "canada");
  while (all.length > 1 && all.at(-1) === "quebec") all.pop();
  return all.slice(0, MAX_WORDS).map((word) => word.slice(0, MAX_WORD));
}

interface Candidate {
  readonly at: number;
  readonly length: number;
  readonly civic: Civic;
}

function readCivic(tokens: readonly string[]): Reading[] {
  const likely: Candidate[] = [];
  const unlikely: Candidate[] = [];
  for (const [at, token] of tokens.entries()) {
    const candidate = candidateAt(tokens, at, token);
    if (!candidate) continue;
    (isOfStreet(tokens, at) ? unlikely : likely).push(candidate);
  }
  likely.sort((a, b) => edge(a, tokens) - edge(b, tokens));
  const withCivic = ({ civic, at, length }: Candidate): Reading[] => readingsOf(civic, tokens.toSpliced(at, length));
  const without = readingsOf(null, tokens);
  if (likely.length === 0) return [...without, ...unlikely.flatMap(withCivic)];
  const onlyNumber = tokens.length === likely[0]?.length;
  return onlyNumber ? without : [...likely, ...unlikely].flatMap(withCivic);
}

/** The number of "route 202" or "10e avenue" is the street's; the last one of "10e avenue 45" is a door's. */
function isOfStreet(tokens: readonly string[], at: number): boolean {
  const [before, earlier, token] = [tokens[at - 1], tokens[at - 2], tokens[at]];
  if (token !== undefined && ordinalOf(token) !== null) return true;
  if (before === undefined || !isWay(expanded(before))) return false;
  return earlier === undefined || !/^\d+$/.test(expanded(earlier));
}

function candidateAt(tokens: readonly string[], at: number, token: string): Candidate | null {
  const glued = NUMBER_AND_SUFFIX.exec(token);
  if (glued) return { at, length: 1, civic: { number: Number(glued[1]), suffix: glued[2] ?? "" } };
  if (!NUMBER.test(token)) return null;
  const next = tokens[at + 1];
  if (next === "demi") return { at, length: 2, civic: { number: Number(token), suffix: "1/2" } };
  if (next !== undefined && SUFFIX.test(next)) return { at, length: 2, civic: { number: Number(token), suffix: next } };
  return { at, length: 1, civic: { number: Number(token), suffix: "" } };
}

/** First is likeliest, then last, then the middle. */
function edge({ at, length }: Candidate, tokens: readonly string[]): number {
  if (at === 0) return 0;
  return at + length === tokens.length ? 1 : 2;
}

const expanded = (word: string): string => addressWords(word)[0] ?? word;

/** The last word may be an abbreviation or the beginning of a longer one: "rue des ch" is no chemin. */
function readingsOf(civic: Civic | null, tokens: readonly string[]): Reading[] {
  const words = addressWords(tokens.join(" "));
  const last = tokens.at(-1);
  if (last === undefined || tokens.length < 2 || !/^[a-z]+$/.test(last) || words.at(-1) === last) return [{ civic, words }];
  return [{ civic, words }, { civic, words: [...addressWords(tokens.slice(0, -1).join(" ")), last] }];
}
