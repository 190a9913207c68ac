import { expect, test } from "@playwright/test";
import type { DeviceState } from "@gigafibre/contracts/devices";
import type { ModemState } from "@gigafibre/fixtures/devices/simulator";
import { signedIn } from "../field/technician.ts";
import { STANDS } from "../read-back.ts";
import { callersOf } from "./callers.ts";
import { AGENT } from "./office.ts";

test("a WiFi name that is changed reaches the modem by itself; what an agent asks of it happens, and of one without power it is said that it does not answer", async ({ page, request, playwright, baseURL }) => {
  test.setTimeout(process.env["ERPNEXT_URL"] ? 600_000 : 120_000);
  const callers = await callersOf(playwright.request, new URL(baseURL ?? "").origin);
  // Other journeys suspend and cancel, and a test site has ever fewer that are nobody's.
  const { place } = await callers.live("Aline Sansfil", { card: false });
  const agent = await signedIn(playwright.request, baseURL ?? "", AGENT);
  const [router] = await callers.erpnext.list("Service Equipment", [["service_location", "=", place], ["equipment_type", "=", "Routeur"]]);
  if (!router) throw new Error("the place has no router");
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
  await Promise.all([agent.dispose(), callers.close()]);
});
