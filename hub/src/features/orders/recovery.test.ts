import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { OrderAccepted } from "@gigafibre/contracts/orders";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import { bodyFor, card, checkout, documentsOf, newKey, statusOf } from "../../../testing/order-flow.ts";
import { makePlace } from "../../../testing/plant.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

const COMMIT = "unit_of_work\\.commit";
const WHOLE = { Customer: 1, Contact: 1, Address: 1, "Service Location": 1, "Service Subscription": 5, "Service Equipment": 4, Project: 1, Task: 8, "Dispatch Job": 1, Issue: 0 };

describe("an accepted order, whatever ERPNext does", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterEach(() => world.erpnext.heal());
  afterAll(() => world.stop());

  async function order(): Promise<OrderAccepted> {
    const key = newKey();
    const answer = await checkout(world.app, key, bodyFor(await makePlace(world.app.db), await card(world, key)));
    expect(answer.statusCode).toBe(202);
    return answer.json<OrderAccepted>();
  }
  const created = (accepted: OrderAccepted): Promise<unknown> =>
    eventually(`${accepted.order_id} to be created`, async () => {
      await world.hurry();
      return (await statusOf(world.app, accepted)).state === "created";
    }, 25_000);
  const messagesOf = async (accepted: OrderAccepted): Promise<string[]> => {
    await eventually("its messages", async () => (await world.app.db.query("select 1 from outbox where subject = $1 and state in ('waiting', 'sending')", [accepted.order_id])).rowCount === 0);
    return (await world.inbox.messages(accepted.order_id)).map(({ channel }) => channel).sort();
  };

  it("is answered while ERPNext is down, and created when it is back, and told once", async () => {
    await world.erpnext.fault({ kind: "down" });
    const accepted = await order();
    expect(accepted.state).toBe("received");
    await eventually("an attempt that failed", async () => {
      const { rows } = await world.app.db.query<{ retry_count: number }>("select retry_count from jobs.job where name = 'orders' and singleton_key = $1", [accepted.order_id]);
      return (rows[0]?.retry_count ?? 0) >= 1;
    });
    expect(await world.inbox.messages(accepted.order_id)).toEqual([]);
    await world.erpnext.heal();
    await created(accepted);
    expect(await documentsOf(world, accepted.order_id)).toMatchObject(WHOLE);
    expect(await messagesOf(accepted)).toEqual(["email", "slack", "sms", "webhook"]);
  });

  it("whose answer is lost after ERPNext's commit is not written again", async () => {
    await world.erpnext.fault({ kind: "drop_after_commit", match: { path: COMMIT }, times: 2 });
    const accepted = await order();
    await created(accepted);
    expect(await documentsOf(world, accepted.order_id)).toMatchObject(WHOLE);
    expect(await messagesOf(accepted)).toEqual(["email", "slack", "sms", "webhook"]);
  });

  it("that meets a deadlock or a busy site is sent again with the same key", async () => {
    await world.erpnext.fault({ kind: "status", status: 503, match: { path: COMMIT }, times: 2 });
    const accepted = await order();
    await created(accepted);
    expect(await documentsOf(world, accepted.order_id)).toMatchObject(WHOLE);
  });

  it("is finished by the next hub when this one stops before ERPNext has it", async () => {
    await world.erpnext.fault({ kind: "down" });
    const accepted = await order();
    await world.restartHub();
    await world.erpnext.heal();
    await created(accepted);
    expect(await documentsOf(world, accepted.order_id)).toMatchObject(WHOLE);
  });

  it("whose worker died while it held the job is taken up again within seconds", async () => {
    await world.erpnext.fault({ kind: "down" });
    const accepted = await order();
    // As a killed process leaves it: active, its lock gone with its connection.
    await eventually("the job to rest between attempts", async () => {
      const { rowCount } = await world.app.db.query(
        "update jobs.job set state = 'active', started_on = now() - interval '1 minute' where name = 'orders' and singleton_key = $1 and state = 'retry'",
        [accepted.order_id],
      );
      return rowCount === 1;
    });
    await world.erpnext.heal();
    await created(accepted);
    expect(await documentsOf(world, accepted.order_id)).toMatchObject(WHOLE);
  });

  it("whose job was lost altogether is found by its own row", async () => {
    await world.erpnext.fault({ kind: "down" });
    const accepted = await order();
    await eventually("the job to rest between attempts", async () => {
      const { rowCount } = await world.app.db.query("delete from jobs.job where name = 'orders' and singleton_key = $1 and state = 'retry'", [accepted.order_id]);
      return rowCount === 1;
    });
    await world.erpnext.heal();
    await created(accepted);
  });

  it("is not blamed for a key that ERPNext refuses: it waits until the key is good", async () => {
    await world.erpnext.fault({ kind: "status", status: 401, match: { path: COMMIT }, times: 2 });
    const accepted = await order();
    await created(accepted);
  });

  describe("that ERPNext refuses", () => {
    const retry = async (accepted: OrderAccepted): Promise<{ state: string; attempt: number }> => {
      const agent = await world.erpnext.admin.sessionFor(STAFF.agent);
      const answer = await world.app.inject({ method: "POST", url: `/api/orders/${accepted.order_id}/retry`, headers: { cookie: `sid=${agent}`, origin: world.hubUrl } });
      expect(answer.statusCode).toBe(200);
      return answer.json();
    };

    it("needs attention: nothing is kept, the port stays held, an Issue says why; once mended it is created under the next key", async () => {
      const { admin } = world.erpnext;
      await world.erpnext.fault({ kind: "down", match: { path: COMMIT } });
      const accepted = await order();
      // Meanwhile somebody gives the drop to another place, in Desk.
      const { rows } = await world.app.db.query<{ fibre_id: string }>("select fibre_id from order_intake where id = $1", [accepted.order_id]);
      const fibre_id = rows[0]?.fibre_id ?? "";
      const squatter = await admin.insert("Customer", { customer_name: "Quelqu'un d'autre", customer_type: "Individual", customer_group: "Résidentiel" });
      const location = await admin.insert("Service Location", { customer: squatter.name, address_line: "1 rue Ailleurs", connection_type: "FTTH", status: "Pending Install", fibre_id });
      await world.erpnext.heal();

      await eventually("the order to need attention", async () => (await statusOf(world.app, accepted)).state === "needs_attention");
      const issue = await eventually("its Issue", async () => (await admin.list("Issue", [["order_id", "=", accepted.order_id]]))[0]);
      expect(issue["subject"]).toBe(`Commande à traiter ${accepted.order_id}`);
      expect(issue["description"]).toContain("Service Location");
      expect(await documentsOf(world, accepted.order_id)).toMatchObject({ Customer: 0, Project: 0, "Dispatch Job": 0, "Service Subscription": 0, Issue: 1 });
      const held = await world.app.db.query<{ sn: string }>("select sn from fibre join port_reservation on fibre_id = id where id = $1", [fibre_id]);
      expect(held.rows).toEqual([{ sn: `RESERVED-${accepted.order_id}` }]);
      expect(await messagesOf(accepted)).toEqual(["slack"]);

      // Not mended yet: the same refusal, under the next key, and no document twice.
      expect(await retry(accepted)).toMatchObject({ attempt: 2 });
      await eventually("a second Issue", async () => (await admin.list("Issue", [["order_id", "=", accepted.order_id]])).length === 2);

      await admin.remove("Service Location", location.name);
      expect(await retry(accepted)).toMatchObject({ attempt: 3 });
      await created(accepted);
      expect(await documentsOf(world, accepted.order_id)).toMatchObject({ ...WHOLE, Issue: 2 });
      expect((await messagesOf(accepted)).filter((channel) => channel === "sms")).toHaveLength(1);
      const { rows: events } = await world.app.db.query<{ kind: string }>("select kind from event_log where key like $1 order by kind", [`order:${accepted.order_id}%`]);
      expect(events.map(({ kind }) => kind)).toEqual(["order.created", "order.needs_attention", "order.needs_attention", "order.received", "order.retried", "order.retried"]);
    });

    it("and whose retry finds that the attempt had landed after all, is created as it is", async () => {
      const accepted = await order();
      await created(accepted);
      await world.app.db.query("update order_intake set state = 'needs_attention', documents = '{}' where id = $1", [accepted.order_id]);
      expect(await retry(accepted)).toMatchObject({ state: "created", attempt: 1 });
      expect(await documentsOf(world, accepted.order_id)).toMatchObject(WHOLE);
    });

    it("and is retried while ERPNext cannot say what landed, is left as it is", async () => {
      const accepted = await order();
      await created(accepted);
      await world.app.db.query("update order_intake set state = 'needs_attention' where id = $1", [accepted.order_id]);
      const agent = await world.erpnext.admin.sessionFor(STAFF.agent);
      await world.erpnext.fault({ kind: "status", status: 503, match: { path: "unit_of_work\\.find" } });
      const answer = await world.app.inject({ method: "POST", url: `/api/orders/${accepted.order_id}/retry`, headers: { cookie: `sid=${agent}`, origin: world.hubUrl } });
      expect(answer.json()).toMatchObject({ status: 503, reason: "erpnext_unavailable" });
      expect((await statusOf(world.app, accepted)).state).toBe("needs_attention");
    });
  });

  it("does not leave an agent's retry to anyone else", async () => {
    const accepted = await order();
    const technician = await world.erpnext.admin.sessionFor(STAFF.technician);
    const answer = await world.app.inject({ method: "POST", url: `/api/orders/${accepted.order_id}/retry`, headers: { cookie: `sid=${technician}`, origin: world.hubUrl } });
    expect(answer.statusCode).toBe(403);
  });
});
