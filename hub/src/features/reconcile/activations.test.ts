import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { completed, heard, live, ordered, reaches, scanned } from "../../../testing/installation.ts";
import type { Installed } from "../../../testing/installation.ts";
import { statusOf } from "../../../testing/order-flow.ts";
import { makePlace } from "../../../testing/plant.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";
import { reconcile } from "./run.ts";
import type { Reconciled } from "./run.ts";

describe("a service that went live, after a restore", { timeout: 180_000 }, () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  const list = (doctype: string, field: string, value: unknown) => world.erpnext.admin.list(doctype, [[field, "=", value]]);
  const kinds = ({ findings }: Reconciled): string[] => findings.map(({ kind }) => kind).sort();
  const apply = (accept = false) => reconcile(world.app, { apply: true, accept });
  const look = () => reconcile(world.app, { apply: false, accept: false });
  const going = () => eventually("the queues to go on", () => Promise.resolve(world.app.restores.mayWork()));
  /** What the customer's card was charged for the order, in all. */
  const taken = async ({ accepted }: Pick<Installed, "accepted">): Promise<number[]> => {
    const { data } = await world.app.stripe.paymentIntents.list({ limit: 100 });
    return data.filter(({ status, metadata }) => status === "succeeded" && metadata["order_id"] === accepted.order_id).map(({ amount }) => amount);
  };
  const charged = (made: Pick<Installed, "accepted">) => eventually("the charge in the books", async () => (await books(made)).some(([, owed]) => owed === 0), 60_000);
  const books = async ({ accepted }: Pick<Installed, "accepted">) =>
    (await list("Sales Invoice", "order_id", accepted.order_id)).map(({ grand_total, outstanding_amount, posting_date }) => [grand_total, outstanding_amount, posting_date]);
  /** All that may be there only once, and is. */
  const once = async (made: Installed, before: unknown): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect((await statusOf(world.app, made.accepted)).state).toBe("live");
    expect(await books(made)).toEqual(before);
    expect(await taken(made)).toHaveLength(1);
    expect((await list("Service Subscription", "order_id", made.accepted.order_id)).map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => "Active"));
    const [drop] = (await world.app.db.query<{ sn: string }>("select sn from fibre where id = $1", [made.place.fibre_ids[0]])).rows;
    expect(drop?.sn).toBe(made.gpon_sn);
  };

  it("is live again where ERPNext forgot its order, its visit or only its activation: the invoice of that day, and no second charge", async () => {
    const later = await ordered(world);
    const scannedLater = await scanned(world, later.location);
    const last = await ordered(world);
    const scannedLast = await scanned(world, last.location);
    await completed(world, last.job);
    await reaches(world, last.accepted, "awaiting_proof");
    await world.app.restores.meet();
    const restore = await world.backUp("erpnext");
    const whole = await live(world);
    await completed(world, later.job);
    await heard(world, scannedLater);
    await heard(world, scannedLast);
    const all: Installed[] = [whole, { ...later, gpon_sn: scannedLater }, { ...last, gpon_sn: scannedLast }];
    for (const made of all) await reaches(world, made.accepted, "live");
    for (const made of all) await charged(made);
    const before = await Promise.all(all.map(books));
    await world.app.restores.meet();
    await restore();

    await world.app.restores.meet();
    expect(world.app.restores.mayWork()).toBe(false);
    expect(kinds(await look())).toEqual([...Array.from({ length: 3 }, () => "activation_redriven"), "order_redriven", ...Array.from({ length: 3 }, () => "payment_recorded")]);
    const run = await apply();
    expect(kinds(run)).toEqual([...Array.from({ length: 3 }, () => "activation_redriven"), "order_redriven", ...Array.from({ length: 3 }, () => "payment_recorded"), "visit_entries_lost", "visit_entries_lost"]);
    expect(kinds(await apply(true))).toEqual([]);
    await going();
    for (const [index, made] of all.entries()) await once(made, before[index]);
    expect(kinds(await look())).toEqual([]);
  });

  it("is found by its key where PostgreSQL forgot it, or its order too", async () => {
    const later = await ordered(world);
    const gpon_sn = await scanned(world, later.location);
    const place = await makePlace(world.app.db);
    await world.app.restores.meet();
    const restore = await world.backUp("hub");
    const whole = await live(world, undefined, undefined, place);
    await completed(world, later.job);
    await heard(world, gpon_sn);
    const all: Installed[] = [whole, { ...later, gpon_sn }];
    for (const made of all) await reaches(world, made.accepted, "live");
    for (const made of all) await charged(made);
    const before = await Promise.all(all.map(books));
    await restore();

    await world.app.restores.meet();
    expect(world.app.restores.mayWork()).toBe(false);
    const run = await apply(true);
    expect(kinds(run).filter((kind) => /^(activation|order|payment|port|visit)_/.test(kind))).toEqual([
      "activation_noted", "activation_noted", "order_rebuilt", "payment_noted", "payment_noted",
    ]);
    await going();
    for (const [index, made] of all.entries()) await once(made, before[index]);
  });
});
