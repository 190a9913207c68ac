import { createHmac } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";
import { transaction } from "../../plugins/database.ts";
import { OUTBOX, put, rowOf } from "./rows.ts";
import type { Message, OutboxRow, OutboxState } from "./rows.ts";

describe("the outbox", () => {
  let world: World;
  let serial = 0;
  beforeAll(async () => {
    world = await startWorld({ stripe: false });
  });
  afterEach(() => world.inbox.heal());
  afterAll(() => world.stop());

  const inAnHour = (): Date => new Date(Date.now() + 3_600_000);
  const subject = (): string => `GF-TEST-${String((serial += 1)).padStart(4, "0")}`;
  const sms = (id: string, to = "+14505550123"): Message => ({ key: `order:${id}:sms`, subject: id, not_after: inAnHour(), kind: "sms", payload: { to, body: `Commande confirmée! ${id}` } });
  const email = (id: string, to = "marie@example.org"): Message => ({
    key: `order:${id}:email`,
    subject: id,
    not_after: inAnHour(),
    kind: "email",
    payload: { to, subject: `Votre commande ${id}`, text: "Bonjour", html: "<p>Bonjour</p>" },
  });
  const webhook = (id: string): Message => ({
    key: `order:${id}:webhook`,
    subject: id,
    not_after: inAnHour(),
    kind: "webhook",
    payload: { type: "order.created", created_at: "2026-04-01T12:00:00.000Z", data: { order_id: id } },
  });

  async function send(...messages: Message[]): Promise<void> {
    await transaction(world.app.db, async (client) => {
      for (const message of messages) await put(world.app, client, message);
    });
    world.app.workers.wake(OUTBOX);
  }
  const settled = (key: string, state: OutboxState): Promise<OutboxRow> =>
    eventually(`${key} to be ${state}`, async () => {
      await world.hurry();
      const row = await rowOf(world.app.db, key);
      return row?.state === state && row;
    });

  it("sends each message once, whoever asks how often", async () => {
    const id = subject();
    await Promise.all([send(sms(id)), send(sms(id)), send(sms(id))]);
    const row = await settled(`order:${id}:sms`, "done");
    expect(row.provider_ref).toMatch(/^SM/);
    expect(await world.inbox.messages(id)).toHaveLength(1);
  });

  it("tells nothing of a transaction that was rolled back", async () => {
    const id = subject();
    await expect(
      transaction(world.app.db, async (client) => {
        await put(world.app, client, sms(id));
        throw new Error("undone");
      }),
    ).rejects.toThrow("undone");
    expect(await rowOf(world.app.db, `order:${id}:sms`)).toBeUndefined();
    const { rowCount } = await world.app.db.query("select 1 from jobs.job where singleton_key = $1", [`order:${id}:sms`]);
    expect(rowCount).toBe(0);
  });

  it("looks an SMS up whose answer was lost, and does not send it again", async () => {
    const id = subject();
    await world.inbox.fault({ kind: "drop_after_commit", match: { method: "POST", path: "Messages" }, times: 1 });
    await send(sms(id));
    const row = await settled(`order:${id}:sms`, "done");
    expect(row.attempts).toBe(1);
    expect(row.provider_ref).toMatch(/^SM/);
    expect(await world.inbox.messages(id)).toHaveLength(1);
  });

  it("looks an SMS up that a killed hub may have sent", async () => {
    const id = subject();
    await send(sms(id));
    await settled(`order:${id}:sms`, "done");
    // As a kill between Twilio's answer and its note leaves the row.
    await world.app.db.query("update outbox set state = 'sending', provider_ref = null, settled_at = null where key = $1", [`order:${id}:sms`]);
    expect((await settled(`order:${id}:sms`, "done")).provider_ref).toMatch(/^SM/);
    expect(await world.inbox.messages(id)).toHaveLength(1);
  });

  it("sends an SMS again that certainly never left", async () => {
    const id = subject();
    await world.inbox.fault({ kind: "status", status: 429, match: { method: "POST", path: "Messages" }, times: 1 });
    await send(sms(id));
    expect((await settled(`order:${id}:sms`, "done")).attempts).toBe(2);
    expect(await world.inbox.messages(id)).toHaveLength(1);
  });

  it("does not guess while Twilio cannot say what it has", async () => {
    const id = subject();
    await world.inbox.fault({ kind: "drop_after_commit", match: { method: "POST", path: "Messages" }, times: 1 }, { kind: "status", status: 500, match: { method: "GET", path: "Messages" } });
    await send(sms(id));
    await eventually("a look-up that failed", async () => {
      await world.hurry();
      return (await rowOf(world.app.db, `order:${id}:sms`))?.last_error?.startsWith("could not be looked up");
    });
    await world.inbox.heal();
    await settled(`order:${id}:sms`, "done");
    expect(await world.inbox.messages(id)).toHaveLength(1);
  });

  it("keeps one Message-ID for an e-mail however often it leaves", async () => {
    const id = subject();
    await world.inbox.fault({ kind: "drop_after_commit", match: { method: "SMTP" }, times: 1 });
    await send(email(id));
    await settled(`order:${id}:email`, "done");
    const sent = await world.inbox.messages(id);
    expect(sent).toHaveLength(2);
    expect(new Set(sent.map(({ headers }) => headers["message-id"]))).toEqual(new Set([`<order.${id}.email@127.0.0.1>`]));
  });

  it("tries an e-mail again that the server put off", async () => {
    const id = subject();
    await world.inbox.fault({ kind: "status", status: 451, match: { method: "SMTP" }, times: 1 });
    await send(email(id));
    expect((await settled(`order:${id}:email`, "done")).attempts).toBe(2);
    expect(await world.inbox.messages(id)).toHaveLength(1);
  });

  it("signs its webhooks over the very bytes, and gives each the id by which a repeat is known", async () => {
    const id = subject();
    await world.inbox.fault({ kind: "drop_after_commit", match: { path: "/webhook/" }, times: 1 });
    await send(webhook(id));
    await settled(`order:${id}:webhook`, "done");
    const sent = await world.inbox.messages(id);
    expect(sent).toHaveLength(2);
    for (const { text, headers } of sent) {
      const [, seconds = "", given = ""] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers["x-gigafibre-signature"] ?? "") ?? [];
      expect(createHmac("sha256", "outbound-secret-of-tests").update(`${seconds}.${text}`).digest("hex")).toBe(given);
      expect(headers["x-gigafibre-event-id"]).toBe(`order:${id}:webhook`);
      expect(JSON.parse(text ?? "")).toEqual({ id: `order:${id}:webhook`, type: "order.created", created_at: "2026-04-01T12:00:00.000Z", data: { order_id: id } });
    }
  });

  it("lets an impossible number rest where people see it, and sends it when they press retry", async () => {
    const id = subject();
    const key = `order:${id}:sms`;
    const sid = await world.erpnext.admin.sessionFor(STAFF.dispatcher);
    const headers = { cookie: `sid=${sid}`, origin: world.hubUrl };
    await send(sms(id, "+15005550001"));
    const dead = await settled(key, "dead");
    expect(dead.last_error).toContain("21211");
    const list = await world.app.inject({ url: "/api/outbox?state=dead", headers });
    expect(list.json<{ messages: { key: string }[] }>().messages.map((message) => message.key)).toContain(key);
    expect(list.body).not.toContain("5005550001");
    const { rows } = await world.app.db.query<{ kind: string }>("select kind from event_log where name = $1", [key]);
    expect(rows).toEqual([{ kind: "outbox.dead" }]);

    const { rows: before } = await world.app.db.query<{ payload: string }>("select payload from outbox where key = $1", [key]);
    const corrected = JSON.parse(world.app.vault.open(before[0]?.payload ?? "", `outbox:${key}`)) as Record<string, unknown>;
    await world.app.db.query("update outbox set payload = $2 where key = $1", [key, world.app.vault.seal(JSON.stringify({ ...corrected, to: "+14505550123" }), `outbox:${key}`)]);
    const pressed = await world.app.inject({ method: "POST", url: `/api/outbox/${encodeURIComponent(key)}/retry`, headers });
    expect(pressed.statusCode).toBe(200);
    await settled(key, "done");
    expect(await world.inbox.messages(id)).toHaveLength(1);
    // Pressed once more, it changes nothing.
    expect((await world.app.inject({ method: "POST", url: `/api/outbox/${encodeURIComponent(key)}/retry`, headers })).json()).toMatchObject({ state: "done" });
    expect((await world.app.inject({ method: "POST", url: "/api/outbox/none/retry", headers })).statusCode).toBe(404);
  });

  it("shows its rows to staff only", async () => {
    expect((await world.app.inject({ url: "/api/outbox" })).statusCode).toBe(401);
  });

  it("says nothing that has become pointless", async () => {
    const id = subject();
    await send({ ...sms(id), not_after: new Date(Date.now() - 1_000) });
    await settled(`order:${id}:sms`, "expired");
    expect(await world.inbox.messages(id)).toEqual([]);
  });

  it("skips a channel that is not set up, and says which setting it lacks", async () => {
    const id = subject();
    await world.restartHub({ TWILIO_FROM: "", SMTP_URL: "" });
    await send(sms(id), email(id));
    expect((await settled(`order:${id}:sms`, "skipped")).last_error).toContain("TWILIO_FROM");
    expect((await settled(`order:${id}:email`, "skipped")).last_error).toContain("SMTP_URL");
    await world.restartHub();
  });

  it("paused, it keeps everything and sends nothing, until it is let go", async () => {
    const id = subject();
    await world.restartHub({ OUTBOX_PAUSED: "true" });
    await send(sms(id), email(id), webhook(id));
    await world.app.db.query("select pg_sleep(0.5)");
    expect(await world.inbox.messages(id)).toEqual([]);
    await world.restartHub();
    for (const kind of ["sms", "email", "webhook"]) await settled(`order:${id}:${kind}`, "done");
    expect((await world.inbox.messages(id)).map(({ channel }) => channel).sort()).toEqual(["email", "sms", "webhook"]);
  });
});
