import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { FollowAnswer } from "@gigafibre/contracts/follow";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import { OTHER_TECHNICIAN, Phone, planned } from "../../../testing/visits.ts";
import type { Planned } from "../../../testing/visits.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";
import { pruneFollowed } from "./repository.ts";

const SECRET = "secret-of-traccars-forwarding";

describe("a technician on the way", () => {
  let world: World;
  let phone: Phone;
  beforeAll(async () => {
    world = await startWorld({ settings: { TRACCAR_FORWARD_SECRET: SECRET } });
    phone = await Phone.of(world);
  });
  afterEach(() => world.erpnext.heal());
  afterAll(() => world.stop());

  const in20 = (): string => new Date(Date.now() + 20 * 60_000).toISOString();
  /** The link that the customer was sent. */
  const leaves = async (made: Planned, position: { latitude: number; longitude: number; accuracy_m: number } | null = null): Promise<string> => {
    await world.erpnext.admin.update("Service Location", made.location, { latitude: 45.1, longitude: -73.9 });
    expect((await phone.does(made.job.name, { kind: "set_out", arrives_at: in20(), position })).statusCode).toBe(200);
    const sms = await eventually("the SMS", async () => (await world.inbox.messages(made.job.name)).map((message) => /\/suivi\/([\w-]{22})/.exec(JSON.stringify(message))?.[1]).find(Boolean) ?? false);
    return String(sms);
  };
  const look = (token: string) => world.app.inject({ url: `/api/follow/${token}` });
  const seen = async (token: string): Promise<FollowAnswer> => (await look(token)).json<FollowAnswer>();
  const tell = async (job: string, latitude: number, by = phone) =>
    (await world.app.inject({ method: "POST", url: "/api/field/position", headers: by.headers, payload: { job, latitude, longitude: -73.9, accuracy_m: 8 } })).json<{ following: boolean }>().following;
  const kept = async (job: string) => (await world.app.db.query<{ latitude: number | null; token_hash: string }>("select latitude, token_hash from follow_link where job = $1", [job])).rows[0];

  it("is followed by the link of the SMS: when they arrive, and about how far they are, from the phone's rounded position", async () => {
    const made = await planned(world);
    const token = await leaves(made, { latitude: 45.2004321, longitude: -73.9, accuracy_m: 5 });
    const first = await seen(token);
    expect(first).toMatchObject({ state: "en_route", distance_km: 11.1, position: { latitude: 45.2, longitude: -73.9 } });
    expect(Date.parse(String(first.arrives_at)) - Date.now()).toBeGreaterThan(18 * 60_000);
    expect(await tell(made.job.name, 45.1123456)).toBe(true);
    expect(await seen(token)).toMatchObject({ distance_km: 1.3, position: { latitude: 45.112 } });
    expect(JSON.stringify(await kept(made.job.name))).not.toContain(token);
    expect((await look([...token].reverse().join(""))).json()).toMatchObject({ status: 404, reason: "follow_not_found" });
  });

  it("who says so again is followed by the same link, and told again only where they arrive a quarter of an hour off; another technician is told anew", async () => {
    const made = await planned(world);
    const sms = async (): Promise<string[]> => (await world.inbox.messages(made.job.name)).filter(({ channel }) => channel === "sms").map(({ text }) => text ?? "");
    const again = async (by: Phone, minutes: number): Promise<unknown> => by.does(made.job.name, { kind: "set_out", arrives_at: new Date(Date.now() + minutes * 60_000).toISOString(), position: null });
    const token = await leaves(made);
    await again(phone, 20);
    await again(phone, 32);
    expect(Date.parse(String((await seen(token)).arrives_at)) - Date.now()).toBeGreaterThan(30 * 60_000);
    await again(phone, 45);
    const both = await eventually("what was moved to be told", async () => ((found) => found.length >= 2 && found)(await sms()));
    expect(both).toHaveLength(2);
    expect(both[1]).toMatch(new RegExp(`^Nouvelle heure d'arrivée: vers .+/suivi/${token} Gigafibre, ${made.job.name}$`));
    expect((await seen(token)).state).toBe("en_route");
    await world.erpnext.admin.update("Dispatch Job", made.job.name, { assigned_to: OTHER_TECHNICIAN });
    await eventually("the end of it", async () => (await seen(token)).state === "arrived");
    await again(await Phone.of(world, OTHER_TECHNICIAN), 25);
    const three = await eventually("the other to be told of", async () => ((found) => found.length >= 3 && found)(await sms()));
    expect(three[2]).toMatch(/^Technicien en route! /);
    expect(three[2]).not.toContain(token);
  });

  it("is followed no more once they have arrived, and nothing of where they were is kept", async () => {
    const [made, inDesk] = [await planned(world), await planned(world)];
    const [token, other] = [await leaves(made, { latitude: 45.2, longitude: -73.9, accuracy_m: 5 }), await leaves(inDesk, { latitude: 45.2, longitude: -73.9, accuracy_m: 5 })];
    await phone.does(made.job.name, { kind: "start" });
    expect(await seen(token)).toEqual({ state: "arrived", arrives_at: null, distance_km: null, position: null });
    await world.erpnext.admin.update("Dispatch Job", inDesk.job.name, { status: "In Progress" });
    await eventually("the end of it", async () => (await seen(other)).state === "arrived");
    for (const { job } of [made, inDesk]) {
      expect(await tell(job.name, 45.15)).toBe(false);
      expect((await kept(job.name))?.latitude).toBeNull();
    }
  });

  it("is followed for four hours at most, and by nobody where the visit goes to somebody else", async () => {
    const [made, moved] = [await planned(world), await planned(world)];
    const [token, other] = [await leaves(made, { latitude: 45.2, longitude: -73.9, accuracy_m: 5 }), await leaves(moved)];
    await world.erpnext.admin.update("Dispatch Job", moved.job.name, { assigned_to: OTHER_TECHNICIAN });
    await eventually("the end of it", async () => (await seen(other)).state === "arrived");
    await world.app.db.query("update follow_link set ends_at = now() where job = $1", [made.job.name]);
    expect((await look(token)).statusCode).toBe(404);
    expect(await tell(made.job.name, 45.15)).toBe(false);
    await pruneFollowed(world.app.db);
    expect((await kept(made.job.name))?.latitude).toBeNull();
  });

  it("is nobody's to place but their own: not another technician's, nor without a session", async () => {
    const made = await planned(world);
    const token = await leaves(made);
    expect(await tell(made.job.name, 45.15, await Phone.of(world, OTHER_TECHNICIAN))).toBe(false);
    expect((await world.app.inject({ method: "POST", url: "/api/field/position", payload: { job: made.job.name, latitude: 45, longitude: -73, accuracy_m: 1 } })).statusCode).toBe(401);
    expect((await seen(token)).position).toBeNull();
  });

  it("left too long ago to be told is not followed either", async () => {
    const made = await planned(world);
    await phone.does(made.job.name, { kind: "set_out", arrives_at: null, position: null }, { made_at: "2001-01-01T10:00:00.000Z", sent_at: "2001-01-01T10:16:00.000Z" });
    expect(await kept(made.job.name)).toBeUndefined();
  });

  it("may be placed by Traccar, whose positions may come late, with the secret only", async () => {
    const made = await planned(world);
    const [technician] = await world.erpnext.admin.list("Technician", [["user", "=", STAFF.technician]]);
    await world.erpnext.admin.update("Technician", String(technician?.name), { traccar_device_id: "van-7" });
    const token = await leaves(made);
    const forward = (latitude: number, minutesAgo: number, secret = SECRET, uniqueId = "van-7") =>
      world.app.inject({
        method: "POST", url: "/webhooks/traccar", headers: { authorization: `Bearer ${secret}` },
        payload: { position: { latitude, longitude: -73.9, fixTime: new Date(Date.now() - minutesAgo * 60_000).toISOString(), valid: true, speed: 21 }, device: { id: 7, uniqueId, name: "Camion 7" } },
      });
    expect((await forward(45.15, 0)).json()).toEqual({ following: true });
    expect((await forward(45.19, 5)).statusCode).toBe(200);
    expect((await forward(45.19, 0, SECRET, "van-8")).json()).toEqual({ following: false });
    expect((await forward(45.19, 0, "another secret of some length")).statusCode).toBe(401);
    expect((await seen(token)).position?.latitude).toBe(45.15);
  });
});
