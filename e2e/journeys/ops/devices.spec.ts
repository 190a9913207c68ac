import { expect, test } from "@playwright/test";
import type { DeviceState } from "@gigafibre/contracts/devices";
import type { Equipment } from "@gigafibre/fixtures/devices/erpnext";
import type { ModemState } from "@gigafibre/fixtures/devices/simulator";
import { STANDS } from "../read-back.ts";
import { AGENT } from "./office.ts";

test("a WiFi name that is changed reaches the modem by itself; what an agent asks of it happens, and of one without power it is said that it does not answer", async ({ page, request, playwright, baseURL }) => {
  const origin = new URL(baseURL ?? "").origin;
  const agent = await playwright.request.newContext({ baseURL: origin, extraHTTPHeaders: { origin } });
  expect((await agent.post("/api/method/login", { form: { usr: AGENT, pwd: "demo" } })).ok()).toBe(true);
  const { waiting } = (await (await request.get("/inbox/api/devices")).json()) as { waiting: Equipment[] };
  // Of a place in service: other journeys here suspend and cancel.
  const inService = await agent.get(`/api/resource/Service Location?${new URLSearchParams({ filters: '[["status","=","Active"]]', fields: '["name"]', limit_page_length: "0" }).toString()}`);
  const places = new Set(((await inService.json()) as { data: { name: string }[] }).data.map(({ name }) => name));
  const router = waiting.find(({ equipment_type, status, mac_address, service_location }) => equipment_type === "Routeur" && status === "Actif" && mac_address !== "" && places.has(service_location));
  if (!router) throw new Error("no router in use on the demo site");
  const { serial } = (await (await request.post("/inbox/api/devices", { data: { equipment: router.name } })).json()) as ModemState;
  const modem = async (): Promise<ModemState> => (await (await request.get(`/inbox/api/devices/${serial}`)).json()) as ModemState;
  await expect.poll(async () => (await modem()).told, STANDS).toBe("told");

  await page.goto("/inbox/devices");
  const name = `Érable ${Date.now() % 10_000}`;
  const changed = await agent.put(`/api/resource/Service Equipment/${router.name}`, { data: { custom_wifi_ssid: name } });
  expect(changed.status(), await changed.text()).toBe(200);
  await expect(page.getByText(name).first()).toBeVisible(STANDS);

  const asked = async (action: string): Promise<unknown> => {
    const answer = await agent.post(`/api/devices/${serial}/actions`, { data: { action } });
    expect(answer.status(), await answer.text()).toBe(200);
    return ((await answer.json()) as { answer: unknown }).answer;
  };
  const known = async (): Promise<DeviceState> => (await (await agent.get(`/api/devices/${serial}`)).json()) as DeviceState;
  expect(await asked("push")).toEqual({ outcome: "done" });
  const before = (await known()).last_boot;
  expect(await asked("reboot")).toEqual({ outcome: "done" });
  await expect.poll(async () => (await known()).last_boot, STANDS).not.toBe(before);

  await request.post(`/inbox/api/devices/${serial}/silence`, { data: {} });
  expect(await asked("push")).toMatchObject({ outcome: "offline", reason: "no_answer" });
  expect((await known()).actions.map(({ action, outcome }) => [action, outcome])).toEqual([["push", "offline"], ["reboot", "done"], ["push", "done"]]);
  await agent.dispose();
});
