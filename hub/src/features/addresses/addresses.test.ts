import Fastify from "fastify";
import type { FastifyInstance } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { coreKey, municipalityKey, streetKey } from "@gigafibre/contracts/address-text";
import { addressSuggestions } from "@gigafibre/contracts/addresses";
import type { AddressDetails } from "@gigafibre/contracts/addresses";
import { freshDatabase } from "@gigafibre/fixtures/postgres/fresh-database";
import { database } from "../../plugins/database.ts";
import { problems } from "../../plugins/problems.ts";
import { addresses } from "./addresses.ts";
import { addressRoutes } from "./routes.ts";

const STREETS: readonly (readonly [street: string, municipality: string, doors: readonly string[], postal: string])[] = [
  ["Rue Principale", "Saint-Anicet", ["119", "121", "123", "123A", "125", "1230"], "J0S 1M0"],
  ["Rue Principale", "Huntingdon", ["123", "140"], "J0S 1H0"],
  ["Rue Principale Est", "Saint-Anicet", ["123"], "J0S 1M0"],
  ["Chemin de la Rivière-aux-Outardes", "Ormstown", ["2014", "2014 bis"], "J0S 1K0"],
  ["Route 202", "Huntingdon", ["1774", "202"], "J0S 1H0"],
  ["4e Rang", "Havelock", ["45", "123"], "J0S 2C0"],
  ["1re Avenue", "Saint-Anicet", ["45"], "J0S 1M0"],
  ["Rue de la Montée", "Franklin", ["7"], "J0S 1E0"],
  ["Rue de la Montagne", "Franklin", ["9"], "J0S 1E0"],
  ["Chemin Côté", "Franklin", ["11"], "J0S 1E0"],
  ["Rue de l'Église", "Sainte-Barbe", ["15"], "J0S 1P0"],
  ["Rue York", "Huntingdon", ["18"], "J0S 1H0"],
  ["Boulevard Sainte-Anne", "Salaberry-de-Valleyfield", ["300", "302"], "J6S 1A1"],
  ["Rang Saint-Louis", "Saint-Chrysostome", ["612"], "J0S 1R0"],
  ["Rue Main", "Hemmingford", ["27"], "J0L 1H0"],
];

describe("addresses", () => {
  let app: FastifyInstance;
  let drop: () => Promise<void>;
  const uuids = new Map<string, string>();

  beforeAll(async () => {
    const fresh = await freshDatabase();
    drop = fresh.drop;
    app = Fastify();
    app.setValidatorCompiler(validatorCompiler);
    app.setSerializerCompiler(serializerCompiler);
    await app.register(problems);
    await app.register(database, { databaseUrl: fresh.url });
    await app.register(addresses);
    await app.register(addressRoutes);
    await app.ready();
    for (const [street, municipality, doors, postal] of STREETS) {
      const { rows } = await app.db.query<{ id: number }>(
        "insert into street (name, municipality, name_key, core_key, municipality_key) values ($1, $2, $3, $4, $5) returning id",
        [street, municipality, streetKey(street), coreKey(street), municipalityKey(municipality)],
      );
      for (const door of doors) {
        const [, number, suffix] = /^(\d+) ?(.*)$/.exec(door) ?? [];
        const made = await app.db.query<{ uuid: string }>(
          "insert into address (uuid, street_id, number, suffix, postal_code, lat, lng) values (gen_random_uuid(), $1, $2, $3, $4, 45.1, -74.1) returning uuid",
          [rows[0]?.id, number, suffix, postal],
        );
        uuids.set(`${door} ${street}, ${municipality}`, made.rows[0]?.uuid ?? "");
      }
    }
  });
  afterAll(async () => {
    await app.close();
    await drop();
  });

  async function search(q: string, limit = 5): Promise<string[]> {
    const answer = await app.inject({ url: "/api/address", query: { q, limit: String(limit) } });
    expect(answer.statusCode, answer.body).toBe(200);
    return addressSuggestions.parse(answer.json()).results.map((result) => result.label);
  }
  const first = async (q: string): Promise<string | undefined> => (await search(q))[0];

  describe("search", () => {
    it("answers with what the page needs, the best first", async () => {
      const answer = await app.inject({ url: "/api/address", query: { q: "123 rue principale saint-anicet" } });
      expect(answer.headers["cache-control"]).toBe("public, max-age=60");
      const { results } = addressSuggestions.parse(answer.json());
      expect(results[0]).toEqual({
        uuid: uuids.get("123 Rue Principale, Saint-Anicet"),
        label: "123 Rue Principale, Saint-Anicet",
        municipality: "Saint-Anicet",
        postal_code: "J0S 1M0",
        score: 1,
      });
      expect(results.map(({ score }) => score)).toEqual(results.map(({ score }) => score).toSorted((a, b) => b - a));
    });

    it.each([
      ["123 rue prinicpale st-anicet", "123 Rue Principale, Saint-Anicet"],
      ["principale 123 saint anicet", "123 Rue Principale, Saint-Anicet"],
      ["saint-anicet principale 123", "123 Rue Principale, Saint-Anicet"],
      ["123 Principale, St-Anciet", "123 Rue Principale, Saint-Anicet"],
      ["123 a rue principale saint-anicet", "123A Rue Principale, Saint-Anicet"],
      ["123A PRINCIPALE SAINT-ANICET", "123A Rue Principale, Saint-Anicet"],
      ["2014 bis ch. riviere aux outardes", "2014 bis Chemin de la Rivière-aux-Outardes, Ormstown"],
      ["2014, chem. de la rivière outarde", "2014 Chemin de la Rivière-aux-Outardes, Ormstown"],
      ["2014 riviere ormstow", "2014 Chemin de la Rivière-aux-Outardes, Ormstown"],
      ["1774 rte 202", "1774 Route 202, Huntingdon"],
      ["202 route 202 huntingdon", "202 Route 202, Huntingdon"],
      ["route 202 1774", "1774 Route 202, Huntingdon"],
      ["45 4e rg", "45 4e Rang, Havelock"],
      ["45 rang 4", "45 4e Rang, Havelock"],
      ["45 1ère av.", "45 1re Avenue, Saint-Anicet"],
      ["45 premiere avenue", "45 1re Avenue, Saint-Anicet"],
      ["7 rue de la montée", "7 Rue de la Montée, Franklin"],
      ["11 ch côté", "11 Chemin Côté, Franklin"],
      ["11 cote", "11 Chemin Côté, Franklin"],
      ["11 chmein cote franklin", "11 Chemin Côté, Franklin"],
      ["15 eglise", "15 Rue de l'Église, Sainte-Barbe"],
      ["15 rue de l’eglise ste-barbe", "15 Rue de l'Église, Sainte-Barbe"],
      ["18 rue yrok", "18 Rue York, Huntingdon"],
      ["300 boul ste anne valleyfield", "300 Boulevard Sainte-Anne, Salaberry-de-Valleyfield"],
      ["300 boul ste anne valleyfeild", "300 Boulevard Sainte-Anne, Salaberry-de-Valleyfield"],
      ["612 rg st louis", "612 Rang Saint-Louis, Saint-Chrysostome"],
      ["27 main st", "27 Rue Main, Hemmingford"],
      ["27 main street hemmingford", "27 Rue Main, Hemmingford"],
      ["app 2, 27 rue main", "27 Rue Main, Hemmingford"],
      ["2-27 rue main", "27 Rue Main, Hemmingford"],
      ["27 rue main J0L 1H0 canada", "27 Rue Main, Hemmingford"],
      ["27 rue main, Montréal", "27 Rue Main, Hemmingford"],
    ])("understands %j", async (typed, label) => {
      expect(await first(typed)).toBe(label);
    });

    it("lets a postal code decide between equal streets, and a wrong one hide nothing", async () => {
      expect(await first("123 principale J0S 1H0")).toBe("123 Rue Principale, Huntingdon");
      expect(await first("123 principale J0S1M0")).toBe("123 Rue Principale, Saint-Anicet");
      expect(await search("123 principale H2X 1Y4")).toContain("123 Rue Principale, Huntingdon");
      expect(await first("302 J6S 1A1")).toBe("302 Boulevard Sainte-Anne, Salaberry-de-Valleyfield");
      expect(await search("j6s")).toHaveLength(2);
    });

    it("suggests from the first letters on", async () => {
      for (const typed of ["pr", "princ", "rue princ", "123 pri", "123 rue principa"]) {
        expect((await search(typed, 10)).some((label) => label.includes("Principale")), typed).toBe(true);
      }
      expect(await search("rue de la mont")).toEqual(["7 Rue de la Montée, Franklin", "9 Rue de la Montagne, Franklin"]);
      expect(await search("rue de la")).toHaveLength(2);
      expect((await search("boulev"))[0]).toContain("Boulevard Sainte-Anne");
      expect(await search("saint-an")).not.toHaveLength(0);
      expect((await search("saint-anicet", 20)).every((label) => label.endsWith("Saint-Anicet"))).toBe(true);
    });

    it("offers the neighbours of a number that is not there", async () => {
      const labels = await search("122 rue principale saint-anicet");
      expect(labels).toContain("121 Rue Principale, Saint-Anicet");
      expect(labels).toContain("123 Rue Principale, Saint-Anicet");
      expect(labels.every((label) => label.includes("Principale"))).toBe(true);
    });

    it("prefers a door that fibre reaches among equal ones", async () => {
      const uuid = uuids.get("123 Rue Principale, Huntingdon");
      await addDrop("SERVED", uuid, {});
      expect((await search("123 principale")).slice(0, 2)).toEqual(["123 Rue Principale, Huntingdon", "123 Rue Principale, Saint-Anicet"]);
      await app.db.query("delete from fibre where id = 'SERVED'");
    });

    it("answers an empty list to what says nothing", async () => {
      for (const q of ["", " ", "%", "_", "%%%", "\\", "'; drop table street; --", "zzzz qqqq", "🏠", "<script>"]) expect(await search(q), q).toEqual([]);
    });

    it("takes 500 characters and refuses more, and unknown or malformed parameters", async () => {
      expect(await search("rue ".repeat(125))).toBeInstanceOf(Array);
      expect(await search("a".repeat(500))).toEqual([]);
      const refused = async (url: string): Promise<unknown> => (await app.inject({ url })).json();
      expect(await refused(`/api/address?q=${"a".repeat(501)}`)).toMatchObject({ status: 422, fields: [{ field: "q", reason: "too_long" }] });
      expect(await refused("/api/address?q=a&limit=0")).toMatchObject({ status: 422, fields: [{ field: "limit" }] });
      expect(await refused("/api/address?q=a&limit=21")).toMatchObject({ status: 422 });
      expect(await refused("/api/address?q=a&city=b")).toMatchObject({ status: 422, fields: [{ field: "city", reason: "unknown_field" }] });
    });
  });

  async function addDrop(id: string, uuid: string | undefined, drop: { sn?: string; toBuild?: boolean; reserved?: boolean; speed?: number }): Promise<void> {
    await app.db.query(
      `insert into fibre (id, address_text, lat, lng, olt_ip, olt_name, frame, slot, port, ontid, sn, boitier_pas_install, max_speed, zone_tarifaire)
       values ($1, 'X', 45.1, -74.1, '172.17.16.2', 'Saint-Anicet', 0, 2, 7, 3, $2, $3, $4, 'rural')`,
      [id, drop.sn ?? null, drop.toBuild ?? false, drop.speed ?? 1500],
    );
    await app.db.query("insert into fiber_availability (address_uuid, fibre_id, match_method, score) values ($1, $2, 'exact', 1)", [uuid, id]);
    if (drop.reserved) {
      await app.db.query(`
        with ordered as (
          insert into order_intake (id, idempotency_key, body_hash, steps, summary, language, address_uuid, fibre_id, on_request, preferred_dates)
          values ('order-${id}', 'key-${id}', 'h', 's', 's', 'fr', '${uuid}', '${id}', false, '[]') returning id
        ) insert into port_reservation (fibre_id, order_id, kind, reserved_at) select '${id}', id, 'installation', now() from ordered`);
    }
  }

  describe("details", () => {
    const uuid = (): string => uuids.get("9 Rue de la Montagne, Franklin") ?? "";
    async function details(): Promise<AddressDetails> {
      const answer = await app.inject({ url: `/api/address/${uuid()}` });
      expect(answer.headers["cache-control"]).toBe("no-store");
      return answer.json();
    }

    it("says what an address is, where no fibre reaches it", async () => {
      expect(await details()).toEqual({
        uuid: uuid(),
        label: "9 Rue de la Montagne, Franklin",
        rue: "9 Rue de la Montagne",
        ville: "Franklin",
        zip: "J0S 1E0",
        status: "not_served",
        fibre_id: null,
        olt_port: null,
        max_speed_mbps: null,
        zone_tarifaire: null,
        lat: 45.1,
        lng: -74.1,
      });
    });

    it("is occupied while every drop has a serial or a reservation, and says no port then", async () => {
      await addDrop("D1", uuid(), { sn: "RCMG00000001" });
      await addDrop("D2", uuid(), { reserved: true });
      expect(await details()).toMatchObject({ status: "occupied", fibre_id: null, olt_port: null, zone_tarifaire: "rural" });
    });

    it("sells a drop to be built when no installed one is free", async () => {
      await addDrop("D3", uuid(), { toBuild: true, speed: 500 });
      expect(await details()).toMatchObject({ status: "on_request", fibre_id: "D3", max_speed_mbps: 500 });
    });

    it("prefers a free drop that is installed, an empty serial being none", async () => {
      await addDrop("D4", uuid(), { sn: "" });
      expect(await details()).toMatchObject({ status: "available", fibre_id: "D4", olt_port: "0/2/7", max_speed_mbps: 1500, zone_tarifaire: "rural" });
    });

    it("sees what the caller's transaction has done", async () => {
      const client = await app.db.connect();
      await client.query("begin");
      await client.query("update fibre set sn = 'TPLG00000001' where id = 'D4'");
      expect(await app.addressRegister.details(uuid(), client)).toMatchObject({ fibre_id: "D3" });
      expect(await app.addressRegister.details(uuid())).toMatchObject({ fibre_id: "D4" });
      await client.query("rollback");
      client.release();
    });

    it("names an unknown address and a malformed one", async () => {
      expect((await app.inject({ url: "/api/address/00000000-0000-4000-8000-000000000000" })).json()).toMatchObject({ status: 404, reason: "address_not_found" });
      expect((await app.inject({ url: "/api/address/nonsense" })).json()).toMatchObject({ status: 422, fields: [{ field: "uuid" }] });
    });
  });
});
