/** Catalogue and dates against the stand-in for ERPNext, through the hub's own routes. */
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { catalog as catalogSchema } from "@gigafibre/contracts/catalog";
import { installDates as datesSchema } from "@gigafibre/contracts/dates";
import { demoCatalog } from "@gigafibre/fixtures/demo/catalog";
import { Rest } from "@gigafibre/fixtures/demo/rest";
import { seedSite } from "@gigafibre/fixtures/demo/site";
import { createErpnext } from "@gigafibre/fixtures/erpnext/app";
import { setupSite } from "@gigafibre/fixtures/erpnext/site";
import { freshDatabase } from "@gigafibre/fixtures/postgres/fresh-database";
import { NOBODY, startHub, WEBHOOK_SECRET } from "../../../testing/hub.ts";

const adminPassword = "administrator-of-tests";

describe("what the hub keeps of ERPNext", () => {
  let erpnext: FastifyInstance;
  let erpnextUrl: string;
  let site: Rest;
  let hub: Awaited<ReturnType<typeof startHub>>;
  let keys: Record<string, string>;
  let dropErpnext: () => Promise<void>;

  beforeAll(async () => {
    const database = await freshDatabase();
    dropErpnext = database.drop;
    erpnext = await createErpnext({ databaseUrl: database.url });
    await setupSite(erpnext, { adminPassword });
    erpnextUrl = await erpnext.listen({ host: "127.0.0.1", port: 0 });
    const { apiKey, apiSecret } = await seedSite({ url: erpnextUrl, adminPassword });
    keys = { ERPNEXT_URL: erpnextUrl, ERPNEXT_API_KEY: apiKey, ERPNEXT_API_SECRET: apiSecret };
    site = new Rest(erpnextUrl);
    await site.login("Administrator", adminPassword);
    hub = await startHub(keys);
    await hub.app.catalog.refresh();
    await hub.app.installDates.refresh();
  });
  afterAll(async () => {
    await hub.stop();
    await erpnext.close();
    await dropErpnext();
  });

  const get = (url: string, headers: Record<string, string> = {}) => hub.app.inject({ url, headers });
  const bySku = <T extends { sku: string }>(items: readonly T[]): T[] => items.toSorted((a, b) => (a.sku < b.sku ? -1 : 1));

  describe("the catalogue", () => {
    it.each(["standard", "rural", "eloigne"])("is ERPNext's, in zone %s", async (zone) => {
      const answer = await get(`/api/catalog?zone=${zone}`);
      expect(answer.statusCode).toBe(200);
      const found = catalogSchema.parse(answer.json());
      expect({ ...found, items: bySku(found.items) }).toEqual({ ...demoCatalog(zone), items: bySku(demoCatalog(zone).items) });
    });

    it("is sent once while it stays the same", async () => {
      const first = await get("/api/catalog?zone=rural");
      const etag = String(first.headers["etag"]);
      const again = await get("/api/catalog?zone=rural", { "if-none-match": `"other", W/${etag}` });
      expect([again.statusCode, again.body]).toEqual([304, ""]);
      expect((await get("/api/catalog?zone=standard", { "if-none-match": etag })).statusCode).toBe(200);
    });

    it("names an unknown zone and a missing one", async () => {
      expect((await get("/api/catalog?zone=lune")).json()).toMatchObject({ status: 404, reason: "unknown_zone" });
      expect((await get("/api/catalog?zone=Standard%20Selling")).json()).toMatchObject({ reason: "unknown_zone" });
      expect((await get("/api/catalog")).json()).toMatchObject({ status: 422, fields: [{ field: "zone", reason: "required" }] });
    });

    it("follows a price changed in Desk, by webhook", async () => {
      await site.update("Gigafibre Settings", "Gigafibre Settings", { hub_url: hub.url, webhook_secret: WEBHOOK_SECRET });
      const [price] = await site.rows("Item Price", ["name"], [["item_code", "=", "FTTH150I"], ["price_list", "=", "standard"]]);
      await site.update("Item Price", String(price?.["name"]), { price_list_rate: 89.95 });
      await vi.waitFor(async () => {
        const { items } = catalogSchema.parse((await get("/api/catalog?zone=standard")).json());
        expect(items.find((item) => item.sku === "FTTH150I")?.price_cents).toBe(8995);
      }, 15_000);
    });

    it("tells an item that another zone sells from one that nobody sells", async () => {
      const [price] = await site.rows("Item Price", ["name"], [["item_code", "=", "TVMONDE"], ["price_list", "=", "eloigne"]]);
      await site.method("frappe.client.delete", { doctype: "Item Price", name: String(price?.["name"]) });
      await hub.app.catalog.refresh();
      expect((await hub.app.catalog.forZone("eloigne"))?.items.some((item) => item.sku === "TVMONDE")).toBe(false);
      expect(hub.app.catalog.soldElsewhere("TVMONDE")).toBe(true);
      expect(hub.app.catalog.soldElsewhere("NOTHING")).toBe(false);
    });
  });

  describe("the dates", () => {
    const offered = async () => datesSchema.parse((await get("/api/install-dates")).json()).dates;

    it("come from the technicians, the holidays and the settings of ERPNext", async () => {
      const dates = await offered();
      expect(dates.length).toBeGreaterThan(5);
      // tech1 works Monday to Friday (4 a day), tech2 Tuesday to Saturday (3 a day).
      expect(dates.every(({ left }) => left === 4 || left === 7)).toBe(true);
      expect(dates.some(({ date }) => [0, 6].includes(new Date(date).getUTCDay()))).toBe(false);
    });

    it("lose the room of a visit that a dispatcher plans, and get it back when it is cancelled", async () => {
      const [day] = await offered();
      const [location] = await site.rows("Service Location", ["name", "customer"]);
      await site.insert("Dispatch Job", {
        customer: location?.["customer"], service_location: location?.["name"], job_type: "Repair", scheduled_start: `${day?.date} 09:00:00`, assigned_to: "tech1@gigafibre.test",
      });
      await hub.app.installDates.refresh();
      expect((await offered())[0]).toEqual({ date: day?.date, left: (day?.left ?? 0) - 1 });
      const [job] = await site.rows("Dispatch Job", ["name"]);
      await site.method("frappe.client.delete", { doctype: "Dispatch Job", name: String(job?.["name"]) });
      await hub.app.installDates.refresh();
      expect((await offered())[0]).toEqual(day);
    });

    it("lose a holiday, a technician on leave, and days too near", async () => {
      const before = await offered();
      await site.update("Gigafibre Settings", "Gigafibre Settings", { lead_days: 5 });
      await site.update("Technician", "tech2@gigafibre.test", { active: 0 });
      await hub.app.installDates.refresh();
      const after = await offered();
      expect(after.length).toBeLessThan(before.length);
      expect(after.every(({ left }) => left === 4)).toBe(true);
      await site.update("Gigafibre Settings", "Gigafibre Settings", { lead_days: 2 });
      await site.update("Technician", "tech2@gigafibre.test", { active: 1 });
      await hub.app.installDates.refresh();
      expect(await offered()).toEqual(before);
    });

    it("give the last room of a day to one of two orders at once", async () => {
      const [day, second, third] = await offered();
      const wanted = [day, second, third].map((entry) => entry?.date ?? "");
      const order = async (id: string): Promise<string[]> => {
        const client = await hub.app.db.connect();
        try {
          await client.query("begin");
          const problems = await hub.app.installDates.check(wanted, client);
          if (problems.length === 0) {
            await client.query(
              `insert into order_intake (id, idempotency_key, body_hash, steps, summary, language, address_uuid, fibre_id, on_request, preferred_dates, first_date)
               values ($1, $1, 'h', 's', 's', 'fr', gen_random_uuid(), 'F', false, '[]', $2)`,
              [id, day?.date],
            );
          }
          await client.query("commit");
          return problems.map(({ field, reason }) => `${field} ${reason}`);
        } finally {
          client.release();
        }
      };
      const room = day?.left ?? 0;
      const outcomes = await Promise.all(Array.from({ length: room + 3 }, (_, index) => order(`order-${index}`)));
      expect(outcomes.filter((problems) => problems.length === 0)).toHaveLength(room);
      expect(outcomes.flat()).toEqual(Array.from({ length: 3 }, () => "preferred_dates.0 date_full"));
      await hub.app.db.query("delete from order_intake");
    });
  });

  it("survives a restart while ERPNext is away, and says so when it was never read", async () => {
    const away = { ...keys, ERPNEXT_URL: NOBODY };
    const restarted = await startHub({ ...away, DATABASE_URL: hub.databaseUrl });
    expect((await restarted.app.inject("/api/catalog?zone=rural")).statusCode).toBe(200);
    expect((await restarted.app.inject("/api/install-dates")).statusCode).toBe(200);
    await restarted.stop();
    const never = await startHub(away);
    expect((await never.app.inject("/api/catalog?zone=rural")).json()).toMatchObject({ status: 503, reason: "catalog_unavailable" });
    expect((await never.app.inject("/api/install-dates")).json()).toMatchObject({ status: 503, reason: "temporarily_unavailable" });
    await never.stop();
  });
});
