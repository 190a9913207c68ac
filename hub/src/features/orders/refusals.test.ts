import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Checkout, OrderAccepted } from "@gigafibre/contracts/orders";
import type { Problem } from "@gigafibre/contracts/problems";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import { bodyFor, card, checkout, newKey, setupIntent } from "../../../testing/order-flow.ts";
import { makePlace } from "../../../testing/plant.ts";
import type { Place } from "../../../testing/plant.ts";
import { startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

const NO_CARD: Checkout["payment"] = { method: "stripe_setup", stripe_setup_intent: "seti_none", stripe_customer_id: "cus_none", stripe_payment_method: "pm_none" };

describe("an order that cannot be taken", () => {
  let world: World;
  let place: Place;
  beforeAll(async () => {
    world = await startWorld();
    place = await makePlace(world.app.db);
  });
  afterAll(() => world.stop());

  async function refused(body: unknown, key = newKey(), headers: Record<string, string> = {}): Promise<Problem> {
    const { rows: before } = await world.app.db.query<{ orders: string; ports: string }>("select (select count(*) from order_intake) as orders, (select count(*) from port_reservation) as ports");
    const answer = await checkout(world.app, key, body, headers);
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.headers["content-type"]).toContain("application/problem+json");
    const { rows: after } = await world.app.db.query("select (select count(*) from order_intake) as orders, (select count(*) from port_reservation) as ports");
    expect(after).toEqual(before);
    const problem = answer.json<Problem>();
    expect(problem.message.fr.length).toBeGreaterThan(10);
    expect(problem.message.en.length).toBeGreaterThan(10);
    return problem;
  }
  const fields = (problem: Problem): [string, string][] => (problem.fields ?? []).map(({ field, reason }) => [field, reason]);

  it("without a key, or with one too short, is told to send one", async () => {
    const answer = await world.app.inject({ method: "POST", url: "/api/checkout", payload: bodyFor(place, NO_CARD) });
    expect([answer.statusCode, answer.json<Problem>().reason]).toEqual([422, "idempotency_key_required"]);
    expect((await refused(bodyFor(place, NO_CARD), "short")).reason).toBe("idempotency_key_required");
  });

  it("with malformed fields is told each of them, in both languages", async () => {
    const body = bodyFor(place, NO_CARD);
    const problem = await refused({ ...body, extra: 1, customer: { name: "", email: "no", phone: "12" }, services: [] });
    expect(problem).toMatchObject({ status: 422, reason: "invalid_request" });
    const named = fields(problem);
    for (const expected of [
      ["customer.name", "required"],
      ["customer.email", "invalid_email"],
      ["customer.phone", "invalid_phone"],
      ["extra", "unknown_field"],
    ]) {
      expect(named).toContainEqual(expected);
    }
    for (const field of problem.fields ?? []) expect([typeof field.message.fr, typeof field.message.en]).toEqual(["string", "string"]);
  });

  it("that is not JSON, or too large, is a named problem too", async () => {
    const send = (payload: string) =>
      world.app.inject({ method: "POST", url: "/api/checkout", headers: { "content-type": "application/json", "idempotency-key": newKey() }, payload });
    expect((await send("{")).json<Problem>()).toMatchObject({ status: 422, reason: "malformed_body" });
    expect((await send(JSON.stringify({ a: "x".repeat(300_000) }))).json<Problem>()).toMatchObject({ status: 422, reason: "body_too_large" });
  });

  it("whose address is unknown, unserved, or not that of the drop, says which", async () => {
    const body = bodyFor(place, NO_CARD);
    const unserved = await makePlace(world.app.db, { drops: 0 });
    const other = await makePlace(world.app.db);
    const withAddress = (address: Checkout["address"]) => refused({ ...body, address });
    expect((await withAddress({ ...place.address(), uuid: newKey() })).reason).toBe("address_not_found");
    expect((await withAddress({ ...unserved.address(), fibre_id: "F-1" })).reason).toBe("not_served");
    expect((await withAddress({ ...place.address(), fibre_id: other.address().fibre_id })).reason).toBe("address_mismatch");
    expect((await withAddress({ ...place.address(), olt_port: "0/3/8" })).reason).toBe("address_mismatch");
    expect((await withAddress({ ...place.address(), rue: other.address().rue })).reason).toBe("address_mismatch");
    expect((await withAddress({ ...place.address(), zip: "H0H 0H0" })).reason).toBe("address_mismatch");
    expect((await withAddress({ ...place.address(), lat: 46 })).reason).toBe("address_mismatch");
  });

  it("for a drop that somebody has is told that it is taken", async () => {
    const connected = await makePlace(world.app.db, { sn: "GPON12345678" });
    expect((await refused(bodyFor(connected, NO_CARD))).reason).toBe("port_taken");
  });

  it("for what is not sold is told line by line", async () => {
    const slow = await makePlace(world.app.db, { max_speed: 100 });
    const of = async (services: Checkout["services"], at = place) => fields(await refused({ ...bodyFor(at, NO_CARD), services, phone: undefined }));
    expect(await of([{ sku: "NOTHING", type: "internet" }])).toEqual([["services.0.sku", "unknown_sku"]]);
    expect(await of([{ sku: "FTTH150I", type: "internet" }], slow)).toEqual([["services.0.sku", "speed_above_port"]]);
    expect(await of([{ sku: "TVBSTANDARD", type: "tv" }])).toEqual([["services", "one_internet_plan"]]);
  });

  it("of the website must say what the person saw and accepted", async () => {
    const { expected: _expected, consents: _consents, ...body } = bodyFor(place, NO_CARD);
    expect(fields(await refused(body))).toEqual([
      ["expected", "expected_required"],
      ["consents", "consents_required"],
    ]);
  });

  it("at another price than was shown is told the new one", async () => {
    const problem = await refused(bodyFor(place, NO_CARD, { expected: { monthly_cents: 100, one_time_cents: 0 } }));
    expect(problem).toMatchObject({ status: 409, reason: "price_changed", details: { monthly_cents: 14_959, one_time_cents: 6_995 } });
  });

  it("on a drop yet to be built takes no dates", async () => {
    const unbuilt = await makePlace(world.app.db, { on_request: true });
    const problem = await refused(bodyFor(unbuilt, NO_CARD, { preferred_dates: ["2026-04-07"] }));
    expect(fields(problem)).toEqual([["preferred_dates", "dates_not_for_on_request"]]);
  });

  describe("by what only agents may ask for", () => {
    const agentOnly = { payment: { method: "invoice_later" as const }, discount: { sku: "RAB_X" as const, reason: "fidélité" } };
    const expected = [
      ["payment.method", "method_for_agents"],
      ["discount", "discount_for_agents"],
      ["customer.existing", "customer_for_agents"],
    ];
    const body = () => {
      const whole = bodyFor(place, NO_CARD);
      return { ...whole, ...agentOnly, customer: { ...whole.customer, existing: "Somebody" } };
    };

    it("names each field to the public and to a technician", async () => {
      expect(fields(await refused(body()))).toEqual(expected);
      const sid = await world.erpnext.admin.sessionFor(STAFF.technician);
      expect(fields(await refused(body(), newKey(), { cookie: `sid=${sid}`, origin: world.hubUrl }))).toEqual(expected);
    });

    it("asks an agent whose session has ended to sign in", async () => {
      const problem = await refused(body(), newKey(), { cookie: "sid=gone", origin: world.hubUrl });
      expect(problem).toMatchObject({ status: 401, reason: "sign_in_required" });
    });

    it("refuses what another site makes an agent's browser send", async () => {
      const sid = await world.erpnext.admin.sessionFor(STAFF.agent);
      expect((await refused(body(), newKey(), { cookie: `sid=${sid}`, origin: "https://elsewhere.test" })).reason).toBe("cross_site_request");
    });
  });

  describe("by its card", () => {
    it("that was never confirmed, was declined, or is another checkout's, is told to enter it again", async () => {
      const [unconfirmed, declined, other] = [newKey(), newKey(), newKey()];
      const answer = await setupIntent(world.app, unconfirmed);
      const { setup_intent, stripe_customer_id } = answer.json<{ setup_intent: string; stripe_customer_id: string }>();
      const waiting: Checkout["payment"] = { method: "stripe_setup", stripe_setup_intent: setup_intent, stripe_customer_id, stripe_payment_method: "pm_x" };
      expect((await refused(bodyFor(place, waiting), unconfirmed)).reason).toBe("card_not_confirmed");
      const bad = (await card(world, declined, "4000000000000002")) as Extract<Checkout["payment"], { method: "stripe_setup" }>;
      expect((await refused(bodyFor(place, { ...bad, stripe_payment_method: "pm_x" }), declined)).reason).toBe("card_not_confirmed");
      const good = await card(world, newKey());
      expect((await refused(bodyFor(place, good), other)).reason).toBe("card_not_confirmed");
    });

    it("that succeeded, but for another customer or another card than the order says", async () => {
      const key = newKey();
      const good = (await card(world, key)) as Extract<Checkout["payment"], { method: "stripe_setup" }>;
      const stolen = (await card(world, newKey())) as typeof good;
      expect((await refused(bodyFor(place, { ...good, stripe_customer_id: stolen.stripe_customer_id }), key)).reason).toBe("card_not_confirmed");
      expect((await refused(bodyFor(place, { ...good, stripe_payment_method: stolen.stripe_payment_method }), key)).reason).toBe("card_not_confirmed");
    });

    it("that already served an order", async () => {
      const key = newKey();
      const used = await card(world, key);
      const first = await makePlace(world.app.db);
      expect((await checkout(world.app, key, bodyFor(first, used))).statusCode).toBe(202);
      expect((await refused(bodyFor(place, used))).reason).toBe("card_already_used");
    });

    it("while Stripe is away keeps nothing, and the key stays free for the same order", async () => {
      const key = newKey();
      const free = await makePlace(world.app.db);
      const body = bodyFor(free, await card(world, key));
      await world.stripe.fault({ kind: "down", ms: 60_000 });
      expect(await refused(body, key)).toMatchObject({ status: 503, reason: "stripe_unavailable" });
      expect((await setupIntent(world.app, newKey())).json<Problem>()).toMatchObject({ status: 503, reason: "stripe_unavailable" });
      await world.stripe.heal();
      expect((await checkout(world.app, key, body)).statusCode).toBe(202);
    });
  });

  describe("for a port that one holds oneself", () => {
    it("says that the order exists to whoever holds its token, and to nobody else", async () => {
      const key = newKey();
      const mine = await makePlace(world.app.db);
      const body = bodyFor(mine, await card(world, key));
      const first = (await checkout(world.app, key, body)).json<OrderAccepted>();
      const again = newKey();
      expect((await refused(body, again)).reason).toBe("port_taken");
      expect((await refused(body, again, { "x-order-token": "x".repeat(43) })).reason).toBe("port_taken");
      expect(await refused(body, again, { "x-order-token": first.token })).toMatchObject({
        status: 409,
        reason: "already_ordered",
        details: { order_id: first.order_id, status_url: first.status_url },
      });
    });
  });
});
