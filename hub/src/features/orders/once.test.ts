import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OrderAccepted } from "@gigafibre/contracts/orders";
import type { Problem } from "@gigafibre/contracts/problems";
import { bodyFor, card, checkout, documentsOf, newKey, statusOf } from "../../../testing/order-flow.ts";
import { makePlace } from "../../../testing/plant.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

describe("one order for one key, and one for one port", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  it("twenty presses of one key at once, on two hubs, are one order, and each is told the same", async () => {
    const place = await makePlace(world.app.db);
    const key = newKey();
    const body = bodyFor(place, await card(world, key));
    const other = await world.anotherHub();
    try {
      const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => checkout(index % 2 ? other : world.app, key, body)));
      expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array.from({ length: 20 }, () => 202));
      const accepted = answers.map((answer) => answer.json<OrderAccepted>());
      expect(new Set(accepted.map(({ order_id, token }) => `${order_id} ${token}`)).size).toBe(1);
      const [first] = accepted;
      if (!first) throw new Error("no answer");
      await eventually("the order to be created", async () => (await statusOf(world.app, first)).state === "created");
      expect(await documentsOf(world, first.order_id)).toMatchObject({ Customer: 1, "Dispatch Job": 1, "Service Subscription": 5, Task: 8 });
    } finally {
      await other.close();
    }
  });

  it("ten browsers for one drop: one order, and nine are told that it is taken", async () => {
    const place = await makePlace(world.app.db);
    const attempts = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const key = newKey();
        return { key, body: bodyFor(place, await card(world, key)) };
      }),
    );
    const answers = await Promise.all(attempts.map(({ key, body }) => checkout(world.app, key, body)));
    expect(answers.filter(({ statusCode }) => statusCode === 202)).toHaveLength(1);
    expect(answers.filter(({ statusCode }) => statusCode !== 202).map((answer) => answer.json<Problem>().reason)).toEqual(Array.from({ length: 9 }, () => "port_taken"));
    const { rows } = await world.app.db.query<{ sn: string; order_id: string }>(
      "select sn, order_id from fibre join port_reservation on fibre_id = id where id = $1",
      [place.fibre_ids[0]],
    );
    const [held] = rows;
    expect(held?.order_id).toMatch(/^GF-/);
    expect(rows).toEqual([{ sn: `RESERVED-${held?.order_id ?? ""}`, order_id: held?.order_id }]);
  });

  it("ten browsers for the first of two drops: two orders, the second on the other drop", async () => {
    const place = await makePlace(world.app.db, { drops: 2 });
    const attempts = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const key = newKey();
        return { key, body: bodyFor(place, await card(world, key)) };
      }),
    );
    const answers = await Promise.all(attempts.map(({ key, body }) => checkout(world.app, key, body)));
    expect(answers.filter(({ statusCode }) => statusCode === 202)).toHaveLength(2);
    const { rows } = await world.app.db.query<{ fibre_id: string }>("select fibre_id from order_intake where fibre_id = any($1) order by 1", [place.fibre_ids]);
    expect(rows.map(({ fibre_id }) => fibre_id)).toEqual([...place.fibre_ids].sort());
  });

  it("the same key and order later gets the same number and token, and the present state", async () => {
    const place = await makePlace(world.app.db);
    const key = newKey();
    const body = bodyFor(place, await card(world, key));
    const first = (await checkout(world.app, key, body)).json<OrderAccepted>();
    await eventually("the order to be created", async () => (await statusOf(world.app, first)).state === "created");
    // The same order, its fields in another order and its texts as a person might type them again.
    const reordered = Object.fromEntries(Object.entries({ ...body, customer: { ...body.customer, email: " MARIE@example.org", phone: "+1 (450) 555-0123" } }).reverse());
    const again = await checkout(world.app, key, reordered);
    expect([again.statusCode, again.json()]).toEqual([202, { ...first, state: "created" }]);
  });

  it("the same key with another order is refused, and the first stays as it was", async () => {
    const place = await makePlace(world.app.db);
    const key = newKey();
    const body = bodyFor(place, await card(world, key));
    const first = (await checkout(world.app, key, body)).json<OrderAccepted>();
    const other = await checkout(world.app, key, { ...body, customer: { ...body.customer, name: "Autre Personne" } });
    expect(other.json<Problem>()).toMatchObject({ status: 409, reason: "idempotency_key_reused" });
    expect((await statusOf(world.app, first)).customer_name).toBe("Marie-Ève Tremblay");
  });

  it("a key whose order was refused is still free", async () => {
    const place = await makePlace(world.app.db);
    const key = newKey();
    const body = bodyFor(place, await card(world, key));
    expect((await checkout(world.app, key, { ...body, expected: { monthly_cents: 1, one_time_cents: 1 } })).json<Problem>().reason).toBe("price_changed");
    expect((await checkout(world.app, key, body)).statusCode).toBe(202);
  });

  it("an order is followed with its own token only", async () => {
    const make = async () => {
      const key = newKey();
      return (await checkout(world.app, key, bodyFor(await makePlace(world.app.db), await card(world, key)))).json<OrderAccepted>();
    };
    const [mine, other] = [await make(), await make()];
    expect(mine.token.length).toBeGreaterThanOrEqual(22);
    expect(await statusOf(world.app, mine)).toMatchObject({ order_id: mine.order_id, monthly_cents: 14_959, one_time_cents: 6_995, preferred_dates: "contact_me", on_request: false });
    const ask = (id: string, authorization?: string) => world.app.inject({ url: `/api/orders/${id}`, headers: authorization === undefined ? {} : { authorization } });
    for (const answer of [
      await ask(mine.order_id, `Bearer ${other.token}`),
      await ask(mine.order_id, "Bearer "),
      await ask(mine.order_id),
      await ask(mine.order_id, `Basic ${mine.token}`),
      await ask("GF-0000-0000", `Bearer ${mine.token}`),
    ]) {
      expect([answer.statusCode, answer.json<Problem>().reason]).toEqual([404, "order_not_found"]);
    }
  });

  it("keeps e-mails, phone numbers and device passwords in PostgreSQL only encrypted", async () => {
    const key = newKey();
    const place = await makePlace(world.app.db);
    const body = bodyFor(place, await card(world, key), { customer: { name: "Zénobie Quelconque", email: "zenobie@example.org", phone: "4505559999" } });
    const { order_id } = (await checkout(world.app, key, body)).json<OrderAccepted>();
    await eventually("its messages", async () => (await world.inbox.messages(order_id)).length >= 4);
    const { rows } = await world.app.db.query<{ text: string }>(
      "select row_to_json(o)::text as text from order_intake o where id = $1 union all select row_to_json(b)::text from outbox b where subject = $1",
      [order_id],
    );
    expect(rows).toHaveLength(5);
    const [location] = await world.erpnext.admin.list("Service Location", [["rqa_uuid", "=", place.uuid]]);
    const [router] = await world.erpnext.admin.list("Service Equipment", [["service_location", "=", location?.name], ["equipment_type", "=", "Routeur"]]);
    const ssid = String(router?.["custom_wifi_ssid"]);
    expect(ssid).toMatch(/^Gigafibre-/);
    for (const { text } of rows) expect(["zenobie", "5559999", "555-9999", "Gigafibre-"].filter((secret) => text.includes(secret))).toEqual([]);
  });
});
