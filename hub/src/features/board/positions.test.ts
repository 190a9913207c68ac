import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { boardPositions } from "@gigafibre/contracts/board";
import { plantMap } from "@gigafibre/contracts/maps";
import { vehicles } from "@gigafibre/fixtures/demo/vehicles";
import { createTraccar } from "@gigafibre/fixtures/traccar/app";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import { makePlace } from "../../../testing/plant.ts";
import { OTHER_TECHNICIAN } from "../../../testing/visits.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

const TOKEN = "token-of-traccar";
let age = 0;
const traccar = createTraccar({ token: TOKEN, vehicles, now: () => Date.now() - age });
let world: World;
let sid: string;
beforeAll(async () => {
  world = await startWorld({ stripe: false, inbox: false, settings: { TRACCAR_URL: await traccar.listen({ host: "127.0.0.1", port: 0 }), TRACCAR_TOKEN: TOKEN } });
  sid = await world.erpnext.admin.sessionFor(STAFF.dispatcher);
});
afterAll(async () => {
  await world.stop();
  await traccar.close();
});
const asked = (url: string, as = sid) => world.app.inject({ url, headers: { cookie: `sid=${as}` } });
const positions = async () => boardPositions.parse((await asked("/api/board/positions")).json()).positions;

describe("where technicians are", () => {
  it("is what Traccar last knew of their vehicles, and nothing of it is kept or told to technicians", async () => {
    const found = await positions();
    expect(found.map(({ technician }) => technician)).toEqual([STAFF.technician, OTHER_TECHNICIAN]);
    expect(found[0]?.moving).toBe(true);
    expect(Math.abs((found[0]?.latitude ?? 0) - 45.083)).toBeLessThan(0.03);
    expect((await asked("/api/board/positions", await world.erpnext.admin.sessionFor(STAFF.technician))).statusCode).toBe(403);
    expect((await world.app.db.query("select 1 from follow_link")).rowCount).toBe(0);
  });

  it("is not shown once it is half an hour old, like what nobody sees any more", async () => {
    age = 31 * 60_000;
    await eventually("Traccar to be asked again", async () => (await positions()).length === 0);
  });

  it("is by the phone of one whom a customer follows, where there is no vehicle", async () => {
    await world.app.db.query(
      "insert into follow_link (job, token_hash, technician, latitude, longitude, position_at) values ('JOB-1', 'x', $1, 45.2, -74, now())", [OTHER_TECHNICIAN],
    );
    expect(await positions()).toMatchObject([{ technician: OTHER_TECHNICIAN, latitude: 45.2, longitude: -74 }]);
  });
});

describe("our own map", () => {
  it("draws the drops and the roads in view, the zones to come, and asks nobody outside", async () => {
    const place = await makePlace(world.app.db);
    await world.app.db.query("update fibre set lat = 45.3, lng = -73.9, sn = null where id = $1", [place.fibre_ids[0]]);
    await world.erpnext.admin.insert("Coverage Zone", { zone_name: "Rang 4", geojson: JSON.stringify({ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [[[-74, 45], [-73.9, 45], [-73.9, 45.1], [-74, 45]]] } }) });
    await world.erpnext.admin.insert("Coverage Zone", { zone_name: "Illisible", geojson: "{" });
    const near = plantMap.parse((await asked("/api/maps/plant?west=-74&south=45.2&east=-73.8&north=45.4")).json());
    expect(near.drops.features.map(({ geometry, properties }) => [geometry.coordinates, properties.state])).toEqual([[[-73.9, 45.3], "free"]]);
    expect(near.zones.features.map(({ properties }) => properties.name)).toEqual(["Rang 4"]);
    expect(plantMap.parse((await asked("/api/maps/plant?west=-80&south=40&east=-70&north=50")).json()).drops.features).toEqual([]);
    expect((await asked("/api/maps/config")).json()).toEqual({ style_url: null });
    expect((await asked("/api/maps/plant?west=-74&south=45&east=-73")).statusCode).toBe(422);
  });
});
