import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OrderAccepted } from "@gigafibre/contracts/orders";
import { bodyFor, card, checkout, documentsOf, newKey, statusOf } from "../../../testing/order-flow.ts";
import { makePlace } from "../../../testing/plant.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

describe("an order, end to end", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  it("is accepted at once, and then stands whole in ERPNext, with one message of each kind and no charge", async () => {
    const place = await makePlace(world.app.db);
    const key = newKey();
    const answer = await checkout(world.app, key, bodyFor(place, await card(world, key)));
    expect([answer.statusCode, answer.body]).toEqual([202, expect.any(String)]);
    const accepted = answer.json<OrderAccepted>();
    await eventually("the order to be created", async () => (await statusOf(world.app, accepted)).state === "created");
    expect(await documentsOf(world, accepted.order_id)).toEqual({
      Customer: 1,
      Contact: 1,
      Address: 1,
      "Service Location": 1,
      "Service Subscription": 5,
      "Service Equipment": 4,
      Project: 1,
      Task: 8,
      "Dispatch Job": 1,
      Issue: 0,
      "Sales Invoice": 0,
    });
    const messages = await eventually("four messages", async () => {
      const found = await world.inbox.messages(accepted.order_id);
      return found.length >= 4 && found;
    });
    expect(messages.map(({ channel }) => channel).sort()).toEqual(["email", "slack", "sms", "webhook"]);
  });
});
