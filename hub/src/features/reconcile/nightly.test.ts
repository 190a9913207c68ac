import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { live } from "../../../testing/installation.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";
import { compareNight } from "./nightly.ts";

describe("the night's comparison with Stripe", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  it("enters the charge and the refund whose word was lost, says what differs once, and finds nothing the night after", async () => {
    const { admin } = world.erpnext;
    await world.stripe.fault({ kind: "lose_webhooks" });
    const { accepted } = await live(world);
    const [invoice] = await admin.list("Sales Invoice", [["order_id", "=", accepted.order_id]]);
    const charged = await eventually("the charge", async () =>
      (await world.app.db.query<{ payment_intent: string }>("select payment_intent from invoice_charge where invoice = $1 and state = 'charged'", [invoice?.name])).rows[0], 60_000);
    await world.app.stripe.refunds.create({ payment_intent: charged.payment_intent, amount: 500 });
    const entries = async () => (await admin.list("Payment Entry", [["party", "=", invoice?.["customer"]]])).map(({ payment_type, paid_amount }) => [payment_type, paid_amount]);
    expect(await entries()).toEqual([]);

    // The first night enters the payment; its refund, known by then, the next.
    await compareNight(world.app, "2030-01-01");
    await compareNight(world.app, "2030-01-02");
    const wanted = [["Pay", 5], ["Receive", invoice?.["grand_total"]]];
    expect((await entries()).sort()).toEqual(wanted);
    await compareNight(world.app, "2030-01-03");
    await compareNight(world.app, "2030-01-03");
    expect((await entries()).sort()).toEqual(wanted);
    const { rows } = await world.app.db.query<{ count: number }>("select jsonb_array_length(findings) as count from stripe_night where day = '2030-01-03'");
    expect(rows).toEqual([{ count: 0 }]);

    // Somebody takes the payment's entry out of the books.
    const [received] = await admin.list("Payment Entry", [["stripe_payment_intent", "=", charged.payment_intent]]);
    await admin.update("Payment Entry", String(received?.name), { docstatus: 2 });
    await compareNight(world.app, "2030-01-04");
    await compareNight(world.app, "2030-01-04");
    const issues = await admin.list("Issue", [["subject", "=", "Stripe et les livres diffèrent (2030-01-04)"]]);
    expect(issues).toHaveLength(1);
    expect(issues[0]?.["description"]).toContain(charged.payment_intent);
  });
});
