import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Problem } from "@gigafibre/contracts/problems";
import { Agent } from "../../../testing/calls.ts";
import { ordered } from "../../../testing/installation.ts";
import type { Installed } from "../../../testing/installation.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

describe("the WiFi of a place", () => {
  let world: World;
  let agent: Agent;
  let made: Omit<Installed, "gpon_sn">;
  let router: string;
  beforeAll(async () => {
    world = await startWorld();
    agent = await Agent.of(world);
    made = await ordered(world);
    router = String((await world.erpnext.admin.list("Service Equipment", [["service_location", "=", made.location], ["equipment_type", "=", "Routeur"]]))[0]?.name);
  });
  afterAll(() => world.stop());

  const held = async (): Promise<unknown> => {
    const { message } = await world.app.erpnext.call("POST", "/api/method/gigafibre_fsm.api.device_secrets.read", { body: { equipment: [router] } });
    const { custom_wifi_ssid } = await world.erpnext.admin.get("Service Equipment", router);
    return { ssid: custom_wifi_ssid, password: (message as { custom_wifi_password: string }[])[0]?.custom_wifi_password };
  };

  it("changes by name, by password or by both, once however often it is sent, and its password is nowhere but in ERPNext", async () => {
    const first = (await held()) as { password: string };
    await agent.done(await agent.asks("wifi", { equipment: router, ssid: "Chez Érable" }));
    expect(await held()).toEqual({ ssid: "Chez Érable", password: first.password });
    await world.erpnext.fault({ kind: "drop_after_commit", match: { path: "unit_of_work\\.commit" }, times: 1 });
    const both = { id: randomUUID(), equipment: router, ssid: "Chez Nous", password: "bado-tiku-remo-pafi" };
    await agent.done(await agent.asks("wifi", both));
    await agent.done(await agent.asks("wifi", both));
    expect(await held()).toEqual({ ssid: "Chez Nous", password: "bado-tiku-remo-pafi" });
    await agent.done(await agent.asks("wifi", { equipment: router, password: "une-autre-phrase" }));
    expect(await held()).toEqual({ ssid: "Chez Nous", password: "une-autre-phrase" });
    const { rows } = await world.app.db.query<{ body: string; decided: string | null }>("select body, decided from asked_call where kind = 'wifi'");
    expect(JSON.stringify(rows)).not.toMatch(/bado-tiku|une-autre/);
    const unit = await world.erpnext.admin.list("Unit of Work", [["key", "like", "call:%"]]);
    expect(JSON.stringify(unit)).not.toMatch(/bado-tiku|une-autre/);
  });

  it("is refused at the field for what WPA2 or a radio does not take, and for a router that is gone", async () => {
    const refusal = async (body: object): Promise<unknown> => (await agent.asks("wifi", { equipment: router, ...body })).json<Problem>().fields?.map(({ field, reason }) => `${field} ${reason}`);
    expect(await refusal({ password: "court" })).toEqual(["password wifi_password_rule"]);
    expect(await refusal({ password: "avec-un-é-dedans" })).toEqual(["password wifi_password_rule"]);
    expect(await refusal({ ssid: "É".repeat(17) })).toEqual(["ssid wifi_name_rule"]);
    expect(await refusal({})).toEqual(["ssid required"]);
    const ont = (await world.erpnext.admin.list("Service Equipment", [["service_location", "=", made.location], ["equipment_type", "=", "ONT"]]))[0]?.name;
    expect((await agent.asks("wifi", { equipment: ont, ssid: "Chez Nous" })).json<Problem>()).toMatchObject({ status: 409, reason: "device_not_in_use" });
  });

  it("is put before people where it is refused afterwards, without the password that was asked for", async () => {
    const { admin } = world.erpnext;
    await world.erpnext.fault({ kind: "drop_before", match: { path: "unit_of_work\\.commit" }, times: 2 });
    const asked = await agent.asks("wifi", { equipment: router, ssid: "Trop Tard", password: "zolu-mipe-vaso-kedi" });
    expect(asked.json()).toMatchObject({ state: "under_way" });
    await admin.update("Service Equipment", router, { status: "Retourné" });
    const issue = await eventually("the ticket", async () => {
      await world.hurry();
      return (await admin.list("Issue", [["subject", "like", "%wifi%"]]))[0];
    });
    const { description } = await admin.get("Issue", issue.name);
    expect(description).toContain("Trop Tard");
    expect(description).not.toContain("zolu");
  });
});
