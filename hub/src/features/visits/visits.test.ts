import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ACTION_VERSION } from "@gigafibre/contracts/visits";
import type { VisitActionAnswer } from "@gigafibre/contracts/visits";
import type { Problem } from "@gigafibre/contracts/problems";
import { SIGNATURE } from "../../../testing/installation.ts";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import { devicesNow, jobNow, OTHER_TECHNICIAN, Phone, planned, scanOf } from "../../../testing/visits.ts";
import type { Planned, ScanAction } from "../../../testing/visits.ts";
import { pruneActions } from "./repository.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

describe("a technician's visits", () => {
  let world: World;
  let phone: Phone;
  beforeAll(async () => {
    world = await startWorld();
    phone = await Phone.of(world);
  });
  afterEach(() => world.erpnext.heal());
  afterAll(() => world.stop());

  const reasonOf = (answer: { json<T>(): T }): string => answer.json<Problem>().reason;
  const unitsOf = async (id: string) => world.erpnext.admin.list("Unit of Work", [["key", "=", `field:${id}`]]);
  const issuesOf = async (job: string) => world.erpnext.admin.list("Issue", [["dispatch_job", "=", job], ["subject", "like", "Travail à vérifier%"]]);

  it("are carried as one bundle: their own of today, with what the place holds and what has to be checked, and nobody else's", async () => {
    const [mine, others] = [await planned(world), await planned(world, OTHER_TECHNICIAN)];
    const days = await phone.days();
    expect(days.user).toBe(STAFF.technician);
    expect(days.visits.map(({ name }) => name)).toContain(mine.job.name);
    expect(days.visits.map(({ name }) => name)).not.toContain(others.job.name);
    const visit = days.visits.find(({ name }) => name === mine.job.name);
    expect(visit).toMatchObject({ status: "Scheduled", job_type: "Installation", starts_at: "09:00", ends_at: "11:00", order_id: mine.accepted.order_id, signed: false, photos: [] });
    expect(visit?.place).toMatchObject({ name: mine.location, status: "Pending Install" });
    expect(visit?.place.olt_port).toMatch(/^\d+\/\d+\/\d+$/);
    expect(visit?.customer.phone).toMatch(/^\d{3}-\d{3}-\d{4}$/);
    // The phone asks for the scans in this order.
    expect(visit?.equipment.map(({ equipment_type }) => equipment_type)).toEqual(["ONT", "Routeur", "Décodeur TV", "Téléphone IP"]);
    expect(visit?.checks.map(({ key }) => key)).toEqual(expect.arrayContaining(["ont_signal_dbm", "wifi_5ghz", "tv_channels", "dial_tone"]));
    expect(visit?.services.map(({ service_type }) => service_type)).toContain("Internet");
    expect(JSON.stringify(days)).not.toContain("custom_sip");
  });

  it("bring the WiFi along on the day, each password read noted in ERPNext, and no longer once the visit is completed or past", async () => {
    const [made, done, past] = [await planned(world), await planned(world), await planned(world)];
    await world.erpnext.admin.update("Dispatch Job", done.job.name, { status: "Completed" });
    await world.erpnext.admin.update("Dispatch Job", past.job.name, { scheduled_start: "2026-01-05 09:00:00" });
    const { visits } = await phone.days();
    const wifiOf = (job: string) => visits.find(({ name }) => name === job)?.equipment.map(({ wifi }) => wifi).filter((wifi) => wifi !== null);
    expect(wifiOf(made.job.name)).toEqual([{ ssid: expect.stringMatching(/^Gigafibre-/) as string, password: expect.stringMatching(/^[a-z-]{20,}$/) as string }]);
    expect([wifiOf(done.job.name), wifiOf(past.job.name)]).toEqual([[], []]);
    const router = (await devicesNow(world, made)).find(({ equipment_type }) => equipment_type === "Routeur");
    expect(await world.erpnext.admin.list("Access Log", [["reference_document", "=", router?.name]])).not.toEqual([]);
  });

  it("go from the road to the customer's signature, each step once, with the technician's own name on it and at the time it was done", async () => {
    const made = await planned(world);
    const job = made.job.name;
    const half_an_hour_ago = { made_at: "2001-01-01T10:00:00.000Z", sent_at: "2001-01-01T10:30:00.000Z" };
    const out = await phone.does(job, { kind: "set_out", arrives_at: null, position: null }, half_an_hour_ago);
    expect(out.json<VisitActionAnswer>()).toMatchObject({ outcome: "applied", replayed: false });
    const onTheRoad = await jobNow(world, made);
    expect(onTheRoad).toMatchObject({ status: "En Route", modified_by: STAFF.technician });
    expect(Date.parse(String(onTheRoad["modified"])) - Date.parse(String(onTheRoad["en_route_at"]))).toBeGreaterThan(29 * 60_000);
    for (const action of [
      { kind: "start" },
      { kind: "note", text: "Chien dans la cour" },
      { kind: "note", text: "Câble passé par le sous-sol" },
      { kind: "check", key: "wifi_5ghz", done: true, value: null },
      { kind: "check", key: "ont_signal_dbm", done: true, value: "-19.4" },
      { kind: "check", key: "ont_signal_dbm", done: true, value: "-18.9" },
      { kind: "sign_off", sign_off: { name: "Marie-Ève Tremblay", signature: SIGNATURE } },
    ] as const) {
      expect((await phone.does(job, action)).statusCode).toBe(200);
    }
    const now = await jobNow(world, made);
    expect(now).toMatchObject({ status: "In Progress", customer_signature: SIGNATURE, sign_off_name: "Marie-Ève Tremblay" });
    expect(String(now["notes"]).split("\n").slice(-2)).toEqual(["Chien dans la cour", "Câble passé par le sous-sol"]);
    expect((now["checklist"] as { label: string; value: string }[]).map(({ label, value }) => [label, value])).toEqual([["WiFi 5 GHz", ""], ["Signal de l'ONT (dBm)", "-18.9"]]);
    const [visit] = (await phone.days()).visits.filter(({ name }) => name === job);
    expect(visit?.checks.find(({ key }) => key === "ont_signal_dbm")).toMatchObject({ done: true, value: "-18.9" });
    expect(visit?.signed).toBe(true);
  });

  it("cannot be completed while something is missing without a reason, and then keeps the reasons", async () => {
    const made = await planned(world);
    const job = made.job.name;
    const refused = await phone.does(job, { kind: "complete", left_out: [] });
    expect([refused.statusCode, reasonOf(refused)]).toEqual([409, "visit_incomplete"]);
    const missing = refused.json<Problem>().details?.["missing"] as string[];
    expect(missing).toContain("signature");
    expect(missing).toContain("check:dial_tone");
    expect(missing.filter((each) => each.startsWith("scan:"))).toHaveLength(3);
    expect((await jobNow(world, made))["status"]).toBe("Scheduled");
    const answer = await phone.does(job, { kind: "complete", left_out: missing.map((what) => ({ what, reason: "Client absent" })) });
    expect(answer.statusCode).toBe(200);
    const now = await jobNow(world, made);
    expect(now["status"]).toBe("Completed");
    expect(now["notes"]).toContain("Non fait - Signature du client: Client absent");
  });

  it("take a measured check only with what was measured", async () => {
    const made = await planned(world);
    const answer = await phone.does(made.job.name, { kind: "check", key: "speed_down_mbps", done: true, value: null });
    expect(answer.statusCode).toBe(422);
    expect(answer.json<Problem>().fields?.[0]).toMatchObject({ field: "action.value", reason: "required" });
  });

  it("apply an action once, though its answer is lost, it is tapped twice and two tabs send it", async () => {
    const made = await planned(world);
    const note = phone.make(made.job.name, { kind: "note", text: "une seule fois" });
    // Whoever else commits meanwhile loses the answer too, and asks again.
    await world.erpnext.fault({ kind: "drop_after_commit", match: { path: "unit_of_work\\.commit" } });
    expect((await phone.send(note)).statusCode).toBe(503);
    await world.erpnext.heal();
    const answers = await Promise.all([1, 2, 3].map(() => phone.send({ ...note, sent_at: new Date().toISOString() })));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
    expect(answers.map((answer) => answer.json<VisitActionAnswer>().outcome)).toEqual(["applied", "applied", "applied"]);
    expect(String((await jobNow(world, made))["notes"]).split("une seule fois")).toHaveLength(2);
    expect(await unitsOf(note.id)).toHaveLength(1);
    const other = await phone.send({ ...note, action: { kind: "note", text: "autre chose" } });
    expect([other.statusCode, reasonOf(other)]).toEqual([409, "action_id_reused"]);
  });

  it("keep the order of what was done, whatever arrives first", async () => {
    const made = await planned(world);
    const [first, second] = ["un", "deux"].map((text) => phone.make(made.job.name, { kind: "note", text }));
    const early = await phone.send(second);
    expect([early.statusCode, reasonOf(early)]).toEqual([425, "earlier_action_first"]);
    expect((await phone.send(first)).statusCode).toBe(200);
    expect((await phone.send(second)).statusCode).toBe(200);
    expect(String((await jobNow(world, made))["notes"])).toMatch(/un\ndeux$/);
  });

  it("stay on the phone while ERPNext is away, and lose nothing when the session ends", async () => {
    const made = await planned(world);
    const note = phone.make(made.job.name, { kind: "note", text: "plus tard" });
    await world.erpnext.fault({ kind: "status", status: 502 });
    expect((await phone.send(note)).statusCode).toBe(503);
    await world.erpnext.heal();
    const away = await world.app.inject({ method: "POST", url: "/api/field/actions", headers: { ...phone.headers, cookie: "sid=gone" }, payload: note });
    expect(away.statusCode).toBe(401);
    await phone.signInAgain();
    expect((await phone.send(note)).json()).toMatchObject({ outcome: "applied" });
  });

  it("of a phone that runs a newer version than the hub are refused by that reason and kept there, whatever their shape", async () => {
    const made = await planned(world);
    const newer = await phone.send({ ...phone.make(made.job.name, { kind: "start" }), version: ACTION_VERSION + 1, action: { kind: "measured_by_robot" } });
    expect([newer.statusCode, reasonOf(newer)]).toEqual([422, "action_version_unknown"]);
    expect(newer.json<Problem>().details).toEqual({ newest: ACTION_VERSION });
    expect((await jobNow(world, made))["status"]).toBe("Scheduled");
  });

  it("are not taken for those of another who has signed in meanwhile on the same phone", async () => {
    const made = await planned(world);
    const note = phone.make(made.job.name, { kind: "note", text: "du premier" });
    const sentFor = (user: string) =>
      world.app.inject({ method: "POST", url: "/api/field/actions", headers: { ...phone.headers, "field-user": encodeURIComponent(user) }, payload: note });
    const other = await sentFor(OTHER_TECHNICIAN);
    expect([other.statusCode, reasonOf(other)]).toEqual([401, "sign_in_required"]);
    expect((await sentFor(STAFF.technician)).json()).toMatchObject({ outcome: "applied" });
  });

  it("merge with what dispatch writes at the same time", async () => {
    const made = await planned(world);
    const note = phone.make(made.job.name, { kind: "note", text: "du technicien" });
    // What the hub read is overtaken before what it sends arrives.
    await world.erpnext.fault({ kind: "latency", ms: 600, match: { path: "unit_of_work\\.commit" }, times: 1 });
    const sent = phone.send(note);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await world.erpnext.admin.update("Dispatch Job", made.job.name, { notes: "de la répartition" });
    expect((await sent).statusCode).toBe(200);
    expect((await jobNow(world, made))["notes"]).toBe("de la répartition\ndu technicien");
  });

  it("tell the customer that the technician is on the way, once, with the time by our clock, unless it would be late or untrue", async () => {
    const [made, late, past] = [await planned(world), await planned(world), await planned(world)];
    const sms = async (job: string) => (await world.inbox.messages(job)).filter((message) => JSON.stringify(message).includes("en route"));
    // A phone an hour and some years behind, which says to be there in twenty minutes.
    const leaves = { made_at: "2001-01-01T10:00:00.000Z", sent_at: "2001-01-01T10:01:00.000Z" };
    const arrives_at = "2001-01-01T10:21:00.000Z";
    const action = phone.make(made.job.name, { kind: "set_out", arrives_at, position: null }, leaves);
    await Promise.all([phone.send(action), phone.send(action)]);
    await phone.does(late.job.name, { kind: "set_out", arrives_at: null, position: null }, { ...leaves, sent_at: "2001-01-01T10:16:00.000Z" });
    await phone.does(past.job.name, { kind: "set_out", arrives_at: "2001-01-01T10:00:30.000Z", position: null }, leaves);
    const [told] = await eventually("the SMS", async () => {
      const found = await sms(made.job.name);
      return found.length > 0 && found;
    });
    const time = new Intl.DateTimeFormat("fr-CA", { timeZone: "America/Toronto", hour: "numeric", minute: "2-digit" });
    const near = [19, 20, 21].map((minutes) => time.format(Date.now() + minutes * 60_000).replace(/[\u00a0\u202f]/g, " "));
    expect(near.some((each) => JSON.stringify(told).includes(`vers ${each}.`))).toBe(true);
    const { rows } = await world.app.db.query<{ key: string }>("select key from outbox where key like 'visit:%'");
    const keys = rows.map(({ key }) => key);
    const keyOf = ({ job }: Planned): string | undefined => keys.find((key) => key.startsWith(`visit:${job.name}:set_out:`));
    expect([made, late, past].map((each) => keyOf(each) !== undefined)).toEqual([true, false, false]);
    expect(await sms(made.job.name)).toHaveLength(1);
  });

  it("tell nobody that the technician is on the way who has arrived by the time the network is back", async () => {
    const [arrived, driving] = [await planned(world), await planned(world)];
    const leaves = { made_at: "2001-01-01T10:00:00.000Z", sent_at: "2001-01-01T10:09:00.000Z" };
    for (const { job } of [arrived, driving]) await phone.does(job.name, { kind: "set_out", arrives_at: "2001-01-01T10:30:00.000Z", position: null }, leaves);
    await phone.does(arrived.job.name, { kind: "start" });
    const stateOf = async ({ job }: Planned) => (await world.app.db.query<{ state: string }>("select state from outbox where starts_with(key, $1)", [`visit:${job.name}:set_out:`])).rows[0]?.state;
    await eventually("the other to be told", async () => {
      await world.hurry();
      return (await stateOf(driving)) === "done";
    });
    expect(await stateOf(arrived)).toBe("skipped");
    expect((await world.inbox.messages(arrived.job.name)).filter((message) => JSON.stringify(message).includes("en route"))).toEqual([]);
  });

  it("that were moved to somebody else or cancelled are never thrown away: dispatch is told, once a visit, and nothing is written in it", async () => {
    const [moved, cancelled] = [await planned(world), await planned(world)];
    const [note, scan] = [phone.make(moved.job.name, { kind: "note", text: "j'ai posé le câble" }), phone.make(moved.job.name, scanOf("ONT"))];
    await world.erpnext.admin.update("Dispatch Job", moved.job.name, { assigned_to: OTHER_TECHNICIAN });
    expect((await phone.send(note)).json()).toMatchObject({ outcome: "kept_for_dispatch", replayed: false });
    expect((await phone.send(scan)).json()).toMatchObject({ outcome: "kept_for_dispatch" });
    expect((await phone.send(scan)).json()).toMatchObject({ outcome: "kept_for_dispatch", replayed: true });
    const issues = await issuesOf(moved.job.name);
    expect(issues).toHaveLength(1);
    for (const said of ["posé le câble", "numérisation ONT", STAFF.technician]) expect(issues[0]?.["description"]).toContain(said);
    expect(String((await jobNow(world, moved))["notes"])).not.toContain("posé le câble");
    const { rows } = await world.app.db.query("select 1 from event_log where kind = 'visit.kept_for_dispatch' and name = $1", [issues[0]?.name]);
    expect(rows).toHaveLength(2);

    // What dispatch decides by is shown to them, once, though the answer was lost.
    const signed = phone.make(moved.job.name, { kind: "sign_off", sign_off: { name: "Marie-Ève Tremblay", signature: SIGNATURE } });
    await world.erpnext.fault({ kind: "drop_after_commit", match: { path: "upload_file" }, times: 1 });
    expect((await phone.send(signed)).statusCode).toBe(503);
    await world.erpnext.heal();
    expect((await phone.send(signed)).json()).toMatchObject({ outcome: "kept_for_dispatch" });
    const files = await world.erpnext.admin.list("File", [["attached_to_doctype", "=", "Issue"], ["attached_to_name", "=", issues[0]?.name]]);
    expect(files.map(({ file_name }) => file_name)).toEqual([`signature-${signed.id}.png`]);

    await world.erpnext.admin.update("Dispatch Job", cancelled.job.name, { status: "Cancelled" });
    expect((await phone.does(cancelled.job.name, { kind: "start" })).json()).toMatchObject({ outcome: "kept_for_dispatch" });
    expect(await issuesOf(cancelled.job.name)).toHaveLength(1);
    expect((await jobNow(world, cancelled))["status"]).toBe("Cancelled");
  });

  it("fill the template that waits with what was scanned, in ERPNext under the technician's name", async () => {
    const made = await planned(world);
    const scan = scanOf("ONT");
    const answer = await phone.does(made.job.name, scan);
    expect(answer.statusCode).toBe(200);
    const seen = answer.json<VisitActionAnswer>().visit?.equipment.find(({ equipment_type }) => equipment_type === "ONT");
    expect(seen?.serial_number).toBe(scan.label.gpon_sn);
    const devices = await devicesNow(world, made);
    expect(devices).toHaveLength(4);
    expect(devices.find(({ equipment_type }) => equipment_type === "ONT")).toMatchObject({ gpon_sn: scan.label.gpon_sn, status: "En attente", modified_by: STAFF.technician });
    expect((await phone.does(made.job.name, scan)).statusCode).toBe(200);
  });

  it("say by its label what a device will be told, where one profile only fits it", async () => {
    const made = await planned(world);
    await phone.does(made.job.name, scanOf("ONT", { brand: "Raisecom" }));
    await phone.does(made.job.name, scanOf("Décodeur TV", { brand: "TP-Link" }));
    const profiles = new Map((await devicesNow(world, made)).map(({ equipment_type, device_profile }) => [equipment_type, device_profile ?? null]));
    expect([profiles.get("ONT"), profiles.get("Décodeur TV")]).toEqual(["Raisecom HT803G-W", null]);
  });

  it("are forgotten by the hub 120 days after ERPNext holds them, and not before", async () => {
    const made = await planned(world);
    const [old, recent] = [phone.make(made.job.name, { kind: "note", text: "vieux" }), phone.make(made.job.name, { kind: "note", text: "récent" })];
    for (const action of [old, recent]) await phone.send(action);
    await world.app.db.query("update field_action set settled_at = now() - interval '121 days' where id = $1", [old.id]);
    await pruneActions(world.app.db);
    const { rows } = await world.app.db.query<{ id: string }>("select id from field_action where id = any($1)", [[old.id, recent.id]]);
    expect(rows).toEqual([{ id: recent.id }]);
    // What arrives once more after that is still applied once.
    expect((await phone.send({ ...old, after: null })).statusCode).toBe(200);
    expect(String((await jobNow(world, made))["notes"]).split("vieux")).toHaveLength(2);
  });

  it("make a device of its own where nothing waits for it, and link it to the visit", async () => {
    const made = await planned(world);
    await phone.does(made.job.name, scanOf("Routeur"));
    const second = scanOf("Routeur");
    expect((await phone.does(made.job.name, second)).statusCode).toBe(200);
    const routers = (await devicesNow(world, made)).filter(({ equipment_type }) => equipment_type === "Routeur");
    expect(routers).toHaveLength(2);
    const added = routers.find(({ mac_address }) => mac_address === second.label.mac_address);
    expect(((await jobNow(world, made))["equipment_list"] as { service_equipment: string }[]).map(({ service_equipment }) => service_equipment)).toContain(added?.name);
  });

  it("say at once what is wrong with a scan, and write nothing", async () => {
    const [made, elsewhere] = [await planned(world), await planned(world, OTHER_TECHNICIAN)];
    const job = made.job.name;
    const theirs = scanOf("ONT");
    await (await Phone.of(world, OTHER_TECHNICIAN)).does(elsewhere.job.name, theirs);
    const router = (await devicesNow(world, made)).find(({ equipment_type }) => equipment_type === "Routeur");
    const defective = scanOf("Routeur");
    const broken = await world.erpnext.admin.insert("Service Equipment", {
      equipment_type: "Routeur", status: "En attente", customer: elsewhere.job["customer"], service_location: elsewhere.location, mac_address: defective.label.mac_address,
    });
    await world.erpnext.admin.update("Service Equipment", broken.name, { status: "Défectueux" });
    const before = await devicesNow(world, made);
    const wrong: readonly (readonly [ScanAction, string])[] = [
      [theirs, "serial_elsewhere"],
      [defective, "device_defective"],
      [scanOf("ONT", {}, String(router?.name)), "wrong_device_type"],
      [scanOf("ONT", {}, "nowhere"), "device_not_waiting"],
      [{ ...scanOf("ONT"), codes: ["RCMG19A01234", "RCMG19A05678"] }, "two_devices"],
      [{ ...scanOf("Routeur"), codes: ["SN:RCMG19A01234"] }, "wrong_device_type"],
      [scanOf("Routeur", { mac_address: null }), "unreadable_label"],
    ];
    for (const [action, reason] of wrong) {
      const answer = await phone.does(job, action);
      expect([answer.statusCode, reasonOf(answer)]).toEqual([409, reason]);
    }
    expect(await devicesNow(world, made)).toEqual(before);
  });

  it("bring a returned device's own document to the place, and put the template away", async () => {
    const [made, before] = [await planned(world), await planned(world, OTHER_TECHNICIAN)];
    const scan = scanOf("Routeur");
    await (await Phone.of(world, OTHER_TECHNICIAN)).does(before.job.name, scan);
    const returned = (await devicesNow(world, before)).find(({ mac_address }) => mac_address === scan.label.mac_address);
    await world.erpnext.admin.update("Service Equipment", String(returned?.name), { status: "Retourné" });
    const template = (await devicesNow(world, made)).find(({ equipment_type }) => equipment_type === "Routeur");
    const answer = await phone.does(made.job.name, scan);
    expect(answer.statusCode).toBe(200);
    const routers = (await devicesNow(world, made)).filter(({ equipment_type }) => equipment_type === "Routeur");
    expect(new Map(routers.map(({ name, status }) => [name, status]))).toEqual(new Map([[returned?.name, "En attente"], [template?.name, "Retourné"]]));
    expect(routers.find(({ name }) => name === returned?.name)?.["custom_wifi_ssid"]).toBe(template?.["custom_wifi_ssid"]);
    const listed = ((await jobNow(world, made))["equipment_list"] as { service_equipment: string }[]).map(({ service_equipment }) => service_equipment);
    expect(listed).toContain(returned?.name);
    expect(listed).not.toContain(template?.name);
    expect(answer.json<VisitActionAnswer>().visit?.equipment.filter(({ equipment_type }) => equipment_type === "Routeur")).toHaveLength(1);
    const { rows } = await world.app.db.query<{ id: string }>("select id from field_action where job = $1", [made.job.name]);
    expect((await unitsOf(rows[0]?.id ?? ""))[0]?.["on_behalf_of"]).toBe(STAFF.technician);
  });
});
