/** Whether the right door is among the first five, over many ways to type it. The register and the typos are the same every time. */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generatePlant, loadPlant } from "@gigafibre/fixtures/demo/plant";
import { seededRandom } from "@gigafibre/fixtures/demo/random";
import type { Random } from "@gigafibre/fixtures/demo/random";
import type { DemoAddress } from "@gigafibre/fixtures/demo/register";
import { doorOf, withTypo } from "@gigafibre/fixtures/demo/typing";
import { freshDatabase } from "@gigafibre/fixtures/postgres/fresh-database";
import { migrate } from "../../plugins/database.ts";
import { AddressSearch } from "./search.ts";

type Typing = (address: DemoAddress, random: Random) => string;

const TRIES = 250;
const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

const ABBREVIATED: readonly (readonly [RegExp, string])[] = [
  [/^Chemin /, "ch. "], [/^Boulevard /, "boul. "], [/^Avenue /, "av. "], [/^Route /, "rte "], [/^Rang /, "rg "], [/^Montée /, "mtée "],
  [/ Avenue$/, " av."], [/ Rang$/, " rg"], [/\bSaint-/g, "St-"], [/\bSainte-/g, "Ste-"], [/1re/, "1ère"],
];
const abbreviated = (text: string): string => ABBREVIATED.reduce((result, [pattern, short]) => result.replace(pattern, short), text);

const WITH_CITY: Readonly<Record<string, readonly [least: number, typing: Typing]>> = {
  "as printed": [0.99, (a) => `${doorOf(a)} ${a.street.name}, ${a.street.municipality}`],
  "with its postal code": [0.99, (a) => `${doorOf(a)}, ${a.street.name}, ${a.street.municipality} (Québec) ${a.postal_code}`],
  "in lower case without accents or hyphens": [0.99, (a) => plain(`${doorOf(a)} ${a.street.name} ${a.street.municipality}`).replaceAll("-", " ")],
  "with abbreviations": [0.99, (a) => `${doorOf(a)} ${abbreviated(a.street.name)} ${abbreviated(a.street.municipality)}`],
  "with the number last": [0.99, (a) => `${a.street.name} ${doorOf(a)}, ${a.street.municipality}`],
  "with the city first": [0.99, (a) => `${a.street.municipality}, ${a.street.name} ${doorOf(a)}`],
  "with a wrong postal code": [0.99, (a) => `${doorOf(a)} ${a.street.name} ${a.street.municipality} H2X 1Y4`],
  "with half a postal code": [0.99, (a) => `${doorOf(a)} ${a.street.name} ${a.street.municipality} ${a.postal_code.slice(0, 5)}`],
  "without the kind of way": [0.98, (a) => `${doorOf(a)} ${a.street.core_key} ${a.street.municipality}`],
  "with a typo in the street": [0.97, (a, random) => `${doorOf(a)} ${withTypo(a.street.name, random)} ${a.street.municipality}`],
  "with a typo in the city": [0.97, (a, random) => `${doorOf(a)} ${a.street.name} ${withTypo(a.street.municipality, random)}`],
  "with the city only begun": [0.97, (a) => `${doorOf(a)} ${a.street.name} ${a.street.municipality.slice(0, -3)}`],
};
const WITHOUT_CITY: typeof WITH_CITY = {
  "as printed": [0.97, (a) => `${doorOf(a)} ${a.street.name}`],
  "with the postal code": [0.98, (a) => `${doorOf(a)} ${a.street.name} ${a.postal_code}`],
  "with the number last": [0.97, (a) => `${a.street.name} ${doorOf(a)}`],
  "with a typo": [0.93, (a, random) => `${doorOf(a)} ${withTypo(a.street.name, random)}`],
  "with a typo, in lower case without accents": [0.93, (a, random) => plain(`${doorOf(a)} ${withTypo(a.street.name, random)}`)],
};

describe("the right address is among the first five", () => {
  const { addresses } = generatePlant();
  const suffixed = addresses.filter((address) => address.suffix !== "");
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let pool: pg.Pool;
  let search: AddressSearch;
  beforeAll(async () => {
    database = await freshDatabase();
    await migrate(database.url, () => undefined);
    await loadPlant(database.url);
    pool = new pg.Pool({ connectionString: database.url, max: 4 });
    search = new AddressSearch(pool);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  async function recall(of: readonly DemoAddress[], typing: Typing, seed: string): Promise<{ share: number; missed: string[] }> {
    const random = seededRandom(seed);
    const missed: string[] = [];
    for (let index = 0; index < TRIES; index += 1) {
      const address = random.pick(of);
      const typed = typing(address, random);
      const found = await search.suggest(typed, 5);
      if (!found.some(({ uuid }) => uuid === address.uuid)) missed.push(`${typed} ≠ ${found[0]?.label ?? "nothing"}`);
    }
    return { share: 1 - missed.length / TRIES, missed };
  }

  describe.each([
    ["with the city", WITH_CITY],
    ["without the city", WITHOUT_CITY],
  ])("%s", (where, typings) => {
    it.each(Object.entries(typings))("%s", async (name, [least, typing]) => {
      const { share, missed } = await recall(addresses, typing, `${where} ${name}`);
      expect(share, missed.join("\n")).toBeGreaterThanOrEqual(least);
    });
  });

  it("with a suffix, however it is written", async () => {
    const written: Typing = (a, random) =>
      `${a.number}${random.pick(["", " ", "-"])}${random.chance(0.5) ? a.suffix.toLowerCase() : a.suffix} ${a.street.name} ${a.street.municipality}`;
    const { share, missed } = await recall(suffixed, written, "suffix");
    expect(share, missed.join("\n")).toBeGreaterThanOrEqual(0.99);
  });

  it("comes first when its suffix is written", async () => {
    const random = seededRandom("suffix first");
    for (let index = 0; index < 40; index += 1) {
      const address = random.pick(suffixed);
      const [best] = await search.suggest(`${address.number} ${address.suffix} ${address.street.name}, ${address.street.municipality}`, 5);
      expect(best?.uuid).toBe(address.uuid);
    }
  });
});
