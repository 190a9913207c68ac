import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { PortActivationRequest } from "@gigafibre/contracts/devices";
import { STAFF } from "../../../../testing/erpnext-admin.ts";
import { devicesNow, Phone, planned, scanOf } from "../../../../testing/visits.ts";
import type { Planned } from "../../../../testing/visits.ts";
import { eventually, startWorld } from "../../../../testing/world.ts";
import type { World } from "../../../../testing/world.ts";
import { manual, OLT_COMMAND } from "./driver.ts";
import { gponHex } from "./request.ts";

describe("a port activation", () => {
  let world: World;
  let phone: Phone;
  let agent: Record<string, string>;
  beforeAll(async () => {
    world = await startWorld();
    phone = await Phone.of(world);
    agent = { cookie: `sid=${await world.erpnext.admin.sessionFor(STAFF.agent)}`, origin: world.hubUrl };
  });
  afterEach(() => world.erpnext.heal());
  afterAll(() => world.stop());

  const asked = async (): Promise<PortActivationRequest[]> => (await world.app.inject({ url: "/api/port-activations", headers: agent })).json<PortActivationRequest[]>();
  const askedFor = (made: Planned, gpon_sn: string | null, done = false): Promise<PortActivationRequest> =>
    eventually(`${gpon_sn} to be asked for`, async () => (await asked()).find((each) => each.location === made.location && each.request.gpon_sn === gpon_sn && each.done === done) ?? false, 30_000);
  const ofPhone = async (made: Planned) => (await phone.days()).visits.find(({ name }) => name === made.job.name)?.port_activation;
  const eventsOf = async (name: string, kind: string) =>
    (await world.app.db.query<{ audience: string[] }>("select audience from event_log where kind = $1 and name = $2", [kind, name])).rows.map(({ audience }) => audience);
  const tasksOf = (made: Planned) => world.erpnext.admin.list("Task", [["project", "=", made.job["project"]], ["subject", "like", "Activer port OLT%"]]);
  const scannedAt = async (made: Planned) => {
    const scan = scanOf("ONT");
    expect((await phone.does(made.job.name, scan)).statusCode).toBe(200);
    return scan.label.gpon_sn;
  };
  const press = (task: string, headers: Record<string, string>) => world.app.inject({ method: "POST", url: `/api/port-activations/${task}/done`, headers });

  it("is asked for once after the ONT's scan, as the project's task with the command to paste; support and the technician are told", async () => {
    const made = await planned(world);
    expect(await ofPhone(made)).toBeNull();
    const gpon_sn = String(await scannedAt(made));
    const { task, request, job } = await askedFor(made, gpon_sn);
    const [place] = await world.erpnext.admin.list("Service Location", [["name", "=", made.location]]);
    expect(job).toBe(made.job.name);
    expect(request).toMatchObject({ olt_ip: place?.["olt_ip"], frame: place?.["olt_frame"], slot: place?.["olt_slot"], port: place?.["olt_port"], ontid: place?.["ont_id"], gpon_sn, vlan_tv: null });
    expect(request.gpon_sn_hex).toBe(`52434D47${gpon_sn.slice(4)}`);
    expect(request.line_profile).toMatch(/^LP:10[0-4]$/);
    expect(request.command).toContain(`ont add ${request.port} ${request.ontid} sn-auth ${request.gpon_sn_hex} omci ont-lineprofile-id ${String(request.line_profile).slice(3)}`);
    const tasks = await tasksOf(made);
    expect(tasks.map(({ name, status, team }) => [name, status, team])).toEqual([[task, "Open", "support"]]);
    expect(String(tasks[0]?.["description"])).toContain(request.gpon_sn_hex);
    expect(await eventsOf(task, "port.activation")).toEqual([[STAFF.technician]]);
    expect(await ofPhone(made)).toEqual({ request, done: false });
    // Whatever else changes of the device, nobody is asked again.
    const ont = (await devicesNow(world, made)).find(({ equipment_type }) => equipment_type === "ONT");
    await world.erpnext.admin.update("Service Equipment", String(ont?.name), { model: "HT803G-W" });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await eventsOf(task, "port.activation")).toHaveLength(1);
  });

  it("turns done by support's button with their own name on it, however often it is pressed, and by nobody else's", async () => {
    const made = await planned(world);
    const { task } = await askedFor(made, await scannedAt(made));
    expect((await press(task, phone.headers)).statusCode).toBe(403);
    expect((await press("TASK-none", agent)).statusCode).toBe(404);
    const [one, two] = await Promise.all([press(task, agent), press(task, agent)]);
    expect([one.statusCode, two.statusCode]).toEqual([200, 200]);
    expect((await press(task, agent)).json()).toMatchObject({ done: true, done_by: STAFF.agent });
    expect(await world.erpnext.admin.get("Task", task)).toMatchObject({ status: "Completed", modified_by: STAFF.agent });
    expect((await ofPhone(made))?.done).toBe(true);
    expect(await eventsOf(task, "port.activation")).toEqual([[STAFF.technician], [STAFF.technician]]);
    expect((await eventsOf(made.job.name, "visit.changed")).length).toBeGreaterThanOrEqual(2);
  });

  it("turns done when its task is completed in Desk, and is asked for again for another ONT and another port", async () => {
    const made = await planned(world);
    const first = await scannedAt(made);
    const { task } = await askedFor(made, first);
    await world.erpnext.admin.update("Task", task, { status: "Completed", completed_on: "2026-04-01" });
    await askedFor(made, first, true);
    const ont = (await devicesNow(world, made)).find(({ equipment_type }) => equipment_type === "ONT");
    await world.erpnext.admin.update("Service Equipment", String(ont?.name), { gpon_sn: "TPLG0A0B0C0D", serial_number: "TPLG0A0B0C0D" });
    const again = await askedFor(made, "TPLG0A0B0C0D");
    expect(again.task).toBe(task);
    expect(await world.erpnext.admin.get("Task", task)).toMatchObject({ status: "Open" });
    await world.erpnext.admin.update("Service Location", made.location, { olt_port: "7" });
    await eventually("the other port", async () => (await askedFor(made, "TPLG0A0B0C0D")).request.port === "7");
    expect(await tasksOf(made)).toHaveLength(1);
    expect(String((await tasksOf(made))[0]?.["subject"])).toMatch(/\/7$/);
  });

  it("is asked for once though ERPNext's answer is lost; where the place names no port, an Issue says what is missing, and it goes out once that is there", async () => {
    const made = await planned(world);
    await world.erpnext.admin.update("Service Location", made.location, { olt_slot: "" });
    const gpon_sn = await scannedAt(made);
    const issue = await eventually("the Issue", async () => (await world.erpnext.admin.list("Issue", [["service_location", "=", made.location], ["subject", "like", "Port à préciser%"]]))[0] ?? false, 30_000);
    expect(issue["description"]).toContain("olt_slot");
    await world.erpnext.fault({ kind: "drop_after_commit", match: { path: "unit_of_work\\.commit" }, times: 1 });
    await world.erpnext.admin.update("Service Location", made.location, { olt_slot: "2" });
    const { equipment } = await askedFor(made, gpon_sn);
    expect(await world.erpnext.admin.list("Unit of Work", [["key", "like", `port:${equipment}:%`], ["key", "not like", "%issue"]])).toHaveLength(1);
  });
});

describe("the command for an OLT", () => {
  const port = {
    olt_name: "Hemmingford", olt_ip: "172.17.32.2", frame: "0", slot: "3", port: "5", ontid: "12", gpon_sn: "RCMG1A2B3C4D", gpon_sn_hex: gponHex("RCMG1A2B3C4D"),
    line_profile: "LP:102", vlan_internet: 40, vlan_tv: null, vlan_voip: 0,
  };

  it("says each value, and leaves a line out whose value is missing", () => {
    expect(manual(OLT_COMMAND).command({ ...port, vlan_voip: null }).split("\n")).toEqual([
      "interface gpon 0/3",
      "ont add 5 12 sn-auth 52434D471A2B3C4D omci ont-lineprofile-id 102 desc RCMG1A2B3C4D",
      "quit",
      "service-port vlan 40 gpon 0/3/5 ont 12 gemport 1",
    ]);
    expect(manual("onu {gpon_sn} {line_profile}").command({ ...port, line_profile: null })).toBe("");
  });
});
