/**
 * How an address's words are compared: one normal form for what is stored and for what is typed. Whoever writes `street` rows makes
 * their keys here, and a search is read with the same functions, so that the two cannot drift apart.
 */

/** Lower case, no accents, apostrophes or hyphens; words of a–z and 0–9 separated by one space. `½` is "1 2". */
export function plainKey(text: string): string {
  return text
    .replaceAll("½", " 1/2 ")
    .toLowerCase()
    .replaceAll("œ", "oe")
    .replaceAll("æ", "ae")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, " ")
    .trim();
}

const ABBREVIATIONS: Readonly<Record<string, string>> = {
  st: "saint",
  ste: "sainte",
  sts: "saints",
  ch: "chemin",
  chem: "chemin",
  che: "chemin",
  boul: "boulevard",
  bd: "boulevard",
  blvd: "boulevard",
  bl: "boulevard",
  av: "avenue",
  ave: "avenue",
  rte: "route",
  rt: "route",
  rg: "rang",
  mtee: "montee",
  mte: "montee",
  pl: "place",
  cr: "croissant",
  crois: "croissant",
  imp: "impasse",
  terr: "terrasse",
  aut: "autoroute",
  mgr: "monseigneur",
  nd: "notre dame",
};

const SPELLED_ORDINALS: Readonly<Record<string, string>> = {
  premier: "1",
  premiere: "1",
  deuxieme: "2",
  troisieme: "3",
  quatrieme: "4",
  cinquieme: "5",
  sixieme: "6",
  septieme: "7",
  huitieme: "8",
  neuvieme: "9",
  dixieme: "10",
};

const ORDINAL = /^(\d{1,3})(?:er|re|ere|iere|e|eme|ieme|nd|nde|th|rd)$/;

/** What kind of way it is; it tells little, for people leave it out or mix it up. English ones are read too. */
const WAYS = new Set(
  [
    "allee autoroute avenue boulevard carre cercle chemin cote cour croissant impasse montee passage place promenade",
    "quai rang rond route rue ruelle sentier square terrasse traverse voie",
    "street road drive lane court crescent circle highway",
  ].flatMap((line) => line.split(" ")),
);

/** Words too common to search on. */
const PARTICLES = new Set(["de", "du", "des", "la", "le", "les", "l", "d", "a", "au", "aux", "en", "et", "of", "the"]);

export const isWay = (word: string): boolean => WAYS.has(word);
export const isParticle = (word: string): boolean => PARTICLES.has(word);

const LONG_WAYS = [...WAYS].filter((way) => way.length >= 4);

/** The beginning of a kind of way: "boulev". */
export function beginsWay(word: string): boolean {
  return word.length >= 3 && LONG_WAYS.some((way) => way.startsWith(word));
}

/** A kind of way with one typo, or only begun: "chmein", "reu", "boulev". */
export function resemblesWay(word: string): boolean {
  return beginsWay(word) || isOneEdit(word, "rue") || (word.length >= 3 && LONG_WAYS.some((way) => isOneEdit(word, way)));
}

/** Whether one letter put in, left out, changed or swapped with its neighbour makes `a` into `b`. */
function isOneEdit(a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  if (left.length <= 1 && right.length <= 1) return left !== right;
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
}

/** "10e", "1re", "2ième" → "10", "1", "2"; anything else is null. */
export function ordinalOf(word: string): string | null {
  return ORDINAL.exec(word)?.[1] ?? null;
}

/**
 * The words of a plain key, abbreviations written out and ordinals as bare numbers: "1re av. Ste-Anne" → 1, avenue, sainte, anne. One spelled in
 * letters is a number before a kind of way only: "première avenue", but "Saint-Urbain-Premier".
 */
export function addressWords(text: string): string[] {
  const words = plainKey(text)
    .split(" ")
    .filter(Boolean)
    .flatMap((word) => (ABBREVIATIONS[word] ?? ordinalOf(word) ?? word).split(" "));
  return words.map((word, index) => (isWay(words[index + 1] ?? "") ? (SPELLED_ORDINALS[word] ?? word) : word));
}

/** The whole name of a street in normal form: "Ch. de la Rivière" → "chemin de la riviere". */
export function streetKey(name: string): string {
  return addressWords(name).join(" ");
}

/** A municipality in normal form: "St-Anicet" → "saint anicet". */
export function municipalityKey(name: string): string {
  return addressWords(name).join(" ");
}

/** What is left of a street's words once its kind and the common words are gone: "chemin de la riviere" → riviere. May be empty. */
export function coreWords(words: readonly string[]): string[] {
  const way = wayIndex(words);
  return words.filter((word, index) => index !== way && !isParticle(word));
}

/** Where the kind of way stands: first, after a number ("10e avenue"), or, as in English, last. −1 without one. */
export function wayIndex(words: readonly string[]): number {
  const first = words.findIndex((word) => !isParticle(word));
  const start = words[first];
  if (start === undefined) return -1;
  if (isWay(start)) return first;
  const next = words[first + 1];
  if (/^\d+$/.test(start) && next !== undefined && isWay(next)) return first + 1;
  const last = words.length - 1;
  const end = words[last];
  // "Main St": the English street, written out as a saint by then.
  return last > first && end !== undefined && (isWay(end) || end === "saint") ? last : -1;
}

/** What tells a street apart, in normal form: "4e Rang" and "Rang 4" → "4". A street that is only common words keeps its whole name. */
export function coreKey(name: string): string {
  const words = addressWords(name);
  return coreWords(words).join(" ") || words.join(" ");
}
