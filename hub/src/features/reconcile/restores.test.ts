import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Problem } from "@gigafibre/contracts/problems";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import { newKey, setupIntent } from "../../../testing/order-flow.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";
import { restoreRow } from "./hold.ts";
import { drawMark, numberOf, restoredSide } from "./mark.ts";
import { unfinished } from "./report.ts";
import { reconcile } from "./run.ts";

describe("a mark in both databases", () => {
  const at = new Date("2026-11-26T08:00:00Z");
  const [one, two, three] = [drawMark(1, at), drawMark(2, at), drawMark(3, at)];

  it("agrees wherever a process died between two commits", () => {
    expect(restoredSide({ mark: null, next: one }, null)).toBeNull();
    expect(restoredSide({ mark: null, next: one }, one)).toBeNull();
    expect(restoredSide({ mark: one, next: null }, one)).toBeNull();
    expect(restoredSide({ mark: one, next: two }, one)).toBeNull();
    expect(restoredSide({ mark: one, next: two }, two)).toBeNull();
  });

  it("tells which side is the older, down to a single meeting", () => {
    expect(restoredSide({ mark: one, next: null }, three)).toBe("postgresql");
    expect(restoredSide({ mark: null, next: one }, two)).toBe("postgresql");
    expect(restoredSide({ mark: one, next: two }, drawMark(2, at))).toBe("postgresql");
    expect(restoredSide({ mark: three, next: null }, two)).toBe("erpnext");
    expect(restoredSide({ mark: two, next: null }, null)).toBe("erpnext");
    expect(restoredSide({ mark: two, next: null }, drawMark(2, at))).toBe("both");
  });
});

describe("a hub whose databases no longer belong together", () => {
  let world: World;
  const restoreOf = async (): Promise<unknown> => (await world.app.inject("/readyz")).json<{ checks: { restore: string } }>().checks.restore;
  const theirs = async (): Promise<string> => String((await world.erpnext.admin.get("Hub Mark", "Hub Mark"))["mark"]);
  const moveTheirs = async (to: string): Promise<unknown> =>
    world.erpnext.admin.call("POST", "/api/method/gigafibre_fsm.api.hub_mark.advance", { to, before: await theirs() });
  beforeAll(async () => {
    world = await startWorld();
  });
  beforeEach(async () => {
    if ((await restoreRow(world.app.db)).held_since !== null) await reconcile(world.app, { apply: true, accept: true });
    await world.app.restores.meet();
    expect(await restoreOf()).toBe("ok");
  });
  afterAll(() => world.stop());

  it("goes on after a restart, and after a crash before or after ERPNext took the next mark", async () => {
    const { mark } = await restoreRow(world.app.db);
    await world.restartHub();
    expect(await restoreOf()).toBe("ok");
    // ERPNext took it, and this side was killed before it knew.
    await world.app.db.query("update restore_mark set next = mark, mark = $1", [mark]);
    await world.restartHub();
    expect([await restoreOf(), (await restoreRow(world.app.db)).mark]).toEqual(["ok", await theirs()]);
  });

  it("holds everything back when ERPNext is the older, and takes orders all the same", async () => {
    await moveTheirs(drawMark(0, new Date()));
    await world.app.restores.meet();
    expect(await restoreOf()).toBe("reconcile");
    expect(world.app.restores.mayWork()).toBe(false);
    expect((await setupIntent(world.app, newKey())).statusCode).toBe(200);
  });

  it("takes no order when PostgreSQL is the older, and says so to customers and staff", async () => {
    await moveTheirs(drawMark(numberOf(await theirs()) + 7, new Date()));
    await world.app.restores.meet();
    expect((await setupIntent(world.app, newKey())).json<Problem>()).toMatchObject({ status: 503, reason: "reconciling" });
    const cookie = `sid=${await world.erpnext.admin.sessionFor(STAFF.dispatcher)}`;
    const told = await world.app.inject({ url: "/api/reconcile", headers: { cookie } });
    expect(told.json()).toMatchObject({ held: { side: "postgresql" } });
  });

  it("is told by Stripe when both databases came back from one moment", async () => {
    await world.app.restores.meet();
    expect((await setupIntent(world.app, newKey())).statusCode).toBe(200);
    const earlier = drawMark(numberOf(await theirs()) - 1, new Date());
    await moveTheirs(earlier);
    await world.app.db.query("update restore_mark set mark = $1, next = null", [earlier]);
    await world.app.restores.meet();
    expect((await restoreRow(world.app.db)).held_side).toBe("postgresql");
  });

  it("is told by where PostgreSQL is that a dump was restored into another database", async () => {
    await world.app.db.query("update restore_mark set place = '1/00000001/2'");
    await world.app.restores.meet();
    expect((await restoreRow(world.app.db)).held_side).toBe("postgresql");
  });

  it("stays held over a restart, and goes on once somebody has reconciled, whoever ran it", async () => {
    await reconcile(world.app, { apply: false, accept: false, restored: "both" });
    await world.restartHub();
    expect(await restoreOf()).toBe("reconcile");
    const other = await world.anotherHub();
    await reconcile(other, { apply: true, accept: true });
    await eventually("the first hub to go on", async () => (await restoreOf()) === "ok");
    await other.close();
  });

  it.each([["Stripe", "stripe"], ["ERPNext", "erpnext"]] as const)("says that %s is away where it cannot compare, and goes on holding", async (who, side) => {
    await reconcile(world.app, { apply: false, accept: false, restored: "both" });
    await world[side].fault({ kind: "down" });
    const error: unknown = await reconcile(world.app, { apply: true, accept: true }).catch((reason: unknown) => reason);
    await world[side].heal();
    expect(unfinished(error, "fr")).toMatch(new RegExp(`^${who} ne répond pas.*recommencez quand il répond\\.$`));
    expect(unfinished(error, "en")).toMatch(new RegExp(`^${who} does not answer`));
    expect((await restoreRow(world.app.db)).held_side).not.toBeNull();
    await reconcile(world.app, { apply: true, accept: true });
  });

  it("works on nothing until it has met ERPNext again after a start", async () => {
    await world.erpnext.fault({ kind: "down" });
    await world.restartHub();
    expect([await restoreOf(), world.app.restores.mayWork()]).toEqual(["waiting", false]);
    await world.erpnext.heal();
    await eventually("ERPNext to be met", async () => (await restoreOf()) === "ok");
  });
});
