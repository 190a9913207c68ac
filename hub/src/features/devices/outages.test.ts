import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gponSerial } from "../../../testing/installation.ts";
import { makePlace } from "../../../testing/plant.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";
import { transaction } from "../../plugins/database.ts";
import { keepInforms, noteSilence } from "./informs.ts";
import { noteOutages } from "./outages.ts";

const SILENT_MINUTES = 15;
const PATIENCE_MS = 60_000;

let world: World;
beforeAll(async () => {
  world = await startWorld({ stripe: false, inbox: false });
});
afterAll(() => world.stop());

const rows = async (sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> => (await world.app.db.query<Record<string, unknown>>(sql, values)).rows;
const speak = (serials: readonly string[]): Promise<unknown> => transaction(world.app.db, (client) => keepInforms(client, serials.map((serial) => ({ serial, event: "periodic" as const }))));
const fallSilent = (serials: readonly string[], minutes: number): Promise<unknown> => rows("update device_session set last_seen = now() - $2 * interval '1 minute' where serial = any($1)", [serials, minutes]);
const look = (): Promise<void> =>
  transaction(world.app.db, async (client) => {
    await noteSilence(client, SILENT_MINUTES);
    await noteOutages(client, SILENT_MINUTES);
  });
const outages = (): Promise<Record<string, unknown>[]> => rows("select olt_name, port, ended_at is not null as ended from device_outage order by id");
const issues = (): Promise<Record<string, unknown>[]> => world.erpnext.admin.list("Issue", [["subject", "like", "Panne %"]]);

describe("devices of one OLT port that fall silent", () => {
  const serials = Array.from({ length: 6 }, gponSerial);
  const [one = "", two = "", three = "", four = ""] = serials;
  beforeAll(async () => {
    for (const sn of serials) await makePlace(world.app.db, { sn });
    await speak(serials);
  });

  it("one by one, or few of many, are no outage", async () => {
    await fallSilent([one, two], 16);
    await look();
    await fallSilent([three], 16);
    await fallSilent([one, two], 200);
    await look();
    expect(await outages()).toEqual([]);
    await speak([one, two, three]);
  });

  it("together are one outage, with one Issue that lists them, grows with them, and is closed when they are back", async () => {
    await fallSilent([one, two, three], 16);
    await look();
    await look();
    expect(await outages()).toEqual([{ olt_name: "Saint-Anicet", port: 7, ended: false }]);
    const [issue] = await eventually("the Issue", async () => ((await issues()).length === 1 ? await issues() : undefined), PATIENCE_MS);
    expect(issue).toMatchObject({ subject: "Panne Saint-Anicet 0/3/7", status: "Open" });
    for (const serial of [one, two, three]) expect(issue?.["description"]).toContain(serial);
    expect(await rows("select doctype from event_log where kind = 'device.outage' and name = $1", [issue?.["name"]])).toEqual([{ doctype: "Issue" }]);
    await fallSilent([four], 16);
    await look();
    await eventually("the list to have grown", async () => String((await issues())[0]?.["description"]).includes(four), PATIENCE_MS);
    // One stays unplugged.
    await speak([one, two, three]);
    await look();
    await eventually("the Issue to be closed", async () => (await issues())[0]?.["status"] === "Closed", PATIENCE_MS);
    expect((await issues())[0]?.["description"]).toContain("sauf 1");
    expect(await issues()).toHaveLength(1);
    expect(await outages()).toMatchObject([{ ended: true }]);
  }, 200_000);

  it("again are another outage", async () => {
    await speak([four]);
    await fallSilent([one, two, three], 16);
    await look();
    expect(await outages()).toMatchObject([{ ended: true }, { ended: false }]);
    await eventually("its own Issue", async () => (await issues()).length === 2, PATIENCE_MS);
  }, 90_000);
});
