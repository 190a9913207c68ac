import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LeadRequest } from "@gigafibre/contracts/leads";
import { makePlace } from "../../../testing/plant.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

describe("a wish left on the website", () => {
  let world: World;
  let number = 0;

  beforeAll(async () => {
    world = await startWorld({ stripe: false, inbox: false, settings: { LEADS_PER_HOUR: "1000" } });
  });
  afterAll(() => world.stop());

  const someone = (): { email: string; phone: string } => {
    number += 1;
    return { email: `someone${number}@example.org`, phone: `450555${String(1_000 + number)}` };
  };
  const leave = (wish: Partial<LeadRequest>) => world.app.inject({ method: "POST", url: "/api/leads", payload: wish });
  const settled = () =>
    eventually("every wish to be settled", async () => {
      const { rows } = await world.app.db.query("select 1 from lead_intake where state = 'received'");
      return rows.length === 0;
    });
  const leadsOf = (field: string, value: string) => world.erpnext.admin.list("Lead", [[field, "=", value]]);
  const notesOf = async (name: string) => ((await world.erpnext.admin.get("Lead", name))["notes"] as { note: string }[]).map(({ note }) => note);

  it("becomes a Lead with its place, its interest and its words", async () => {
    const place = await makePlace(world.app.db, { drops: 0 });
    const { email, phone } = someone();
    const answer = await leave({
      address_uuid: place.uuid,
      interest: "Notify",
      name: "Zoé <Tremblay>",
      email: email.toUpperCase(),
      phone: `(${phone.slice(0, 3)}) ${phone.slice(3, 6)}-${phone.slice(6)}`,
      message: "Bientôt?\nMerci & bonjour",
      language: "fr",
    });
    expect([answer.statusCode, answer.json()]).toEqual([202, { ok: true }]);
    await settled();
    const [lead, ...more] = await leadsOf("email_id", email);
    expect(more).toEqual([]);
    expect(lead).toMatchObject({ lead_name: "Zoé Tremblay", mobile_no: phone, interest: "Notify", municipality: "Saint-Anicet", rqa_uuid: place.uuid });
    const [note] = await notesOf(lead?.name ?? "");
    expect(note).toContain("Bientôt?<br>Merci &amp; bonjour");
    expect(note).toContain("Zoé &lt;Tremblay&gt;");
    await eventually("the event", async () => {
      const { rows } = await world.app.db.query("select 1 from event_log where kind = 'lead.created' and name = $1", [lead?.name]);
      return rows.length === 1;
    });
  });

  it("extends the Lead of someone known by e-mail or by phone, and answers the same", async () => {
    const [first, second] = [await makePlace(world.app.db, { drops: 0 }), await makePlace(world.app.db, { drops: 0 })];
    const { email, phone } = someone();
    await leave({ address_uuid: first.uuid, interest: "Notify", email });
    await settled();
    const again = await leave({ address_uuid: second.uuid, interest: "Move-in", email, phone });
    expect([again.statusCode, again.json()]).toEqual([202, { ok: true }]);
    await settled();
    await leave({ address_uuid: second.uuid, interest: "Mistake", phone });
    await settled();
    const leads = await leadsOf("email_id", email);
    expect(leads).toHaveLength(1);
    expect(leads[0]).toMatchObject({ interest: "Mistake", rqa_uuid: second.uuid, mobile_no: phone });
    const notes = await notesOf(leads[0]?.name ?? "");
    expect(notes).toHaveLength(3);
    expect(notes[0]).toContain(first.uuid);
    expect((await world.app.db.query("select 1 from event_log where kind = 'lead.created' and name = $1", [leads[0]?.name])).rowCount).toBe(1);
  });

  it("finds a phone that staff typed in their own way", async () => {
    const place = await makePlace(world.app.db, { drops: 0 });
    const { phone } = someone();
    const typed = `${phone.slice(0, 3)}-${phone.slice(3, 6)}-${phone.slice(6)}`;
    const existing = await world.erpnext.admin.insert("Lead", { first_name: "Rencontré au marché", mobile_no: typed });
    await leave({ address_uuid: place.uuid, interest: "Notify", phone });
    await settled();
    expect(await leadsOf("rqa_uuid", place.uuid)).toMatchObject([{ name: existing.name, mobile_no: typed }]);
  });

  it("is one, and one person is one Lead, however often and at once it is sent", async () => {
    const place = await makePlace(world.app.db, { drops: 0 });
    const { email, phone } = someone();
    const other = await world.anotherHub();
    const wishes = [{ email }, { email }, { email, phone }, { phone }].map((who) => ({ address_uuid: place.uuid, interest: "Notify", ...who }));
    await Promise.all(wishes.flatMap((payload) => [world.app, other].map((app) => app.inject({ method: "POST", url: "/api/leads", payload }))));
    await settled();
    await other.close();
    const leads = await leadsOf("rqa_uuid", place.uuid);
    // By phone alone someone may have come first: then the e-mail found nobody. Never two with one e-mail, never two with one phone.
    expect(leads.filter((lead) => lead["email_id"] === email).length).toBeLessThanOrEqual(1);
    expect(leads.filter((lead) => lead["mobile_no"] === phone).length).toBeLessThanOrEqual(1);
    const notes = await Promise.all(leads.map(({ name }) => notesOf(name)));
    expect(notes.flat()).toHaveLength(3);
  });

  it("leaves a phone with the Lead that answers to it when another Lead answers to the e-mail", async () => {
    const place = await makePlace(world.app.db, { drops: 0 });
    const { email, phone } = someone();
    for (const who of [{ phone }, { email }, { email, phone }]) {
      await leave({ address_uuid: place.uuid, interest: "Notify", ...who });
      await settled();
    }
    const leads = await leadsOf("rqa_uuid", place.uuid);
    expect(leads.map((lead) => [lead["email_id"] ?? null, lead["mobile_no"] ?? null]).sort()).toEqual([[null, phone], [email, null]].sort());
    const notes = await Promise.all(leads.map(({ name }) => notesOf(name)));
    expect(notes.flat()).toHaveLength(3);
  });

  it("is kept while ERPNext is away or its answer is lost, and lands once", async () => {
    const place = await makePlace(world.app.db, { drops: 0 });
    const { email } = someone();
    await world.erpnext.fault({ kind: "drop_before", match: { path: "unit_of_work" }, times: 1 }, { kind: "drop_after_commit", match: { path: "unit_of_work" }, times: 1 });
    expect((await leave({ address_uuid: place.uuid, interest: "Notify", email })).statusCode).toBe(202);
    await settled();
    await world.erpnext.heal();
    const leads = await leadsOf("email_id", email);
    expect(leads).toHaveLength(1);
    expect(await notesOf(leads[0]?.name ?? "")).toHaveLength(1);
  });

  it("is looked at again when someone changed the Lead in between", async () => {
    const place = await makePlace(world.app.db, { drops: 0 });
    const { email } = someone();
    const lead = await world.erpnext.admin.insert("Lead", { first_name: "A", email_id: email });
    await world.erpnext.fault({ kind: "drop_before", match: { path: "unit_of_work" }, times: 1 });
    await leave({ address_uuid: place.uuid, interest: "Notify", email });
    await eventually("the frozen steps", async () => (await world.app.db.query("select 1 from lead_intake where steps is not null")).rowCount === 1);
    await world.erpnext.admin.update("Lead", lead.name, { notes: [{ note: "Rappelée" }] });
    await settled();
    expect(await notesOf(lead.name)).toEqual(["Rappelée", expect.stringContaining(place.uuid)]);
  });

  it("leaves none of its words in the clear, and none at all once ERPNext holds them", async () => {
    const place = await makePlace(world.app.db, { drops: 0 });
    const { email } = someone();
    await world.erpnext.fault({ kind: "drop_before", match: { path: "unit_of_work" }, times: 1 });
    await leave({ address_uuid: place.uuid, interest: "Notify", email });
    const rows = async () => (await world.app.db.query<{ text: string }>("select lead_intake::text as text from lead_intake order by created_at")).rows;
    expect(JSON.stringify(await rows())).not.toContain("example.org");
    await settled();
    const { rows: kept } = await world.app.db.query("select state from lead_intake where request is not null or steps is not null");
    expect(kept).toEqual([]);
  });

  it("needs an address of the register and a way to be answered", async () => {
    const place = await makePlace(world.app.db, { drops: 0 });
    const unknown = await leave({ address_uuid: "00000000-0000-4000-8000-000000000000", interest: "Notify", email: "a@example.org" });
    expect(unknown.json()).toMatchObject({ status: 404, reason: "address_not_found" });
    const unreachable = await leave({ address_uuid: place.uuid, interest: "Notify" });
    expect(unreachable.json()).toMatchObject({ status: 422, fields: [{ reason: "email_or_phone_required" }] });
  });
});
