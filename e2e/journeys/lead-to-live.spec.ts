import { randomInt } from "node:crypto";
import { expect, test } from "@playwright/test";
import type { APIRequestContext } from "@playwright/test";
import { localDate } from "@gigafibre/contracts/dates";
import type { ModemState } from "@gigafibre/fixtures/devices/simulator";
import { anAddress } from "./addresses.ts";
import { scan, seeing } from "./field/labels.ts";
import { Phone } from "./field/technician.ts";
import { OrderPage, somebody } from "./order-page.ts";
import { ErpnextReader, messagesAbout, paymentsAtStripe, STANDS } from "./read-back.ts";
import type { Row } from "./read-back.ts";

const TECHNICIAN = "tech1@gigafibre.test";

const modemFor = async (request: APIRequestContext, equipment: Row | undefined): Promise<ModemState | undefined> => {
  const { modems } = (await (await request.get("/inbox/api/devices")).json()) as { modems: ModemState[] };
  return modems.find((modem) => modem.equipment === equipment?.name);
};

test("from an address to a live and paid service: ordered on the website, the ONT boots before its scan, the visit is done without a network from a cold start to its end", async ({ page, request, playwright, baseURL }) => {
  test.setTimeout(process.env["ERPNEXT_URL"] ? 600_000 : 300_000);
  const origin = new URL(baseURL ?? "").origin;
  const erpnext = await ErpnextReader.signIn(request);

  const address = await anAddress(request, "available", { minSpeed: 150 });
  const order = new OrderPage(page);
  await order.begin(address.label, address.label);
  await order.plan(/^150 Mbit/);
  await order.tv(/Standard/);
  await order.phone(/1 ligne/);
  const who = somebody("Fleur Branchée");
  await order.contact(who);
  await order.dates();
  await order.card("4242424242424242");
  await order.confirm.click();
  const orderId = await order.accepted();
  await expect.poll(async () => (await erpnext.documentsOf(orderId)).jobs.length, STANDS).toBe(1);
  const ordered = await erpnext.documentsOf(orderId);
  const [job] = ordered.jobs;
  if (!job) throw new Error("no visit");
  const device = (type: string): Row | undefined => ordered.equipment.find((row) => row["equipment_type"] === type);

  // Dispatch plans it for today.
  const dispatch = await playwright.request.newContext({ baseURL: origin, extraHTTPHeaders: { origin } });
  expect((await dispatch.post("/api/method/login", { form: { usr: "dispatch@gigafibre.test", pwd: "demo" } })).ok()).toBe(true);
  const today = localDate(new Date());
  const planned = await dispatch.put(`/api/resource/Dispatch Job/${job.name}`, {
    data: { assigned_to: TECHNICIAN, scheduled_start: `${today} 09:00:00`, scheduled_end: `${today} 11:00:00`, status: "Scheduled" },
  });
  expect(planned.status(), await planned.text()).toBe(200);
  await dispatch.dispose();

  // Both are out of their boxes and plugged in before anybody has scanned them.
  await page.goto("/inbox/devices");
  for (const type of ["ONT", "Routeur"]) await page.getByRole("button", { name: `Brancher ${device(type)?.name ?? type}` }).click();
  await expect.poll(async () => (await modemFor(request, device("Routeur")))?.told).toBe("unknown");
  const ont = await modemFor(request, device("ONT"));
  const router = await modemFor(request, device("Routeur"));
  expect(ont).toMatchObject({ told: "unknown", sip: null });
  await expect(page.getByText(`À numériser: ${ont?.serial ?? ""}`)).toBeVisible();

  // The technician's phone carries the visit; from here to the end of it there is no network, and the app is opened with the server gone.
  const mac = router?.mac ?? "";
  const box = `001A79${randomInt(0x10_0000, 0xff_ffff).toString(16).toUpperCase()}`;
  const camera = await seeing([
    [{ format: "code128", text: ont?.serial ?? "" }, { format: "code128", text: `HT${randomInt(1e8)}` }],
    [{ format: "qrcode", text: `MAC:${mac}` }],
    [{ format: "datamatrix", text: `STB MAC:${box}` }],
  ]);
  const phone = await Phone.start(camera.browser, origin);
  await phone.context.grantPermissions(["camera", "geolocation"]);
  await phone.signIn(TECHNICIAN);
  await expect(phone.page.getByText(who.name)).toBeVisible();
  await phone.goUnderground();
  await phone.openCold();
  await phone.page.getByText(who.name).click();
  await phone.action.click();
  await phone.button("20 min").click();
  await phone.button("Commencer la visite").click();
  for (const [type, number] of [["ONT", ont?.serial ?? ""], ["Routeur", mac], ["Décodeur TV", box]] as const) await scan(phone, type, number);
  await phone.checkAll();
  await phone.button("Montrer le WiFi").click();
  const [ssid = "", password = ""] = await phone.sheet("WiFi du client").getByRole("definition").allInnerTexts();
  await phone.button("Fermer").click();
  await phone.button("Faire signer le client").first().click();
  await phone.sign();
  await phone.button("Terminer la visite").click();
  await phone.sheet("Terminer la visite?").getByRole("button", { name: "Terminer la visite" }).click();
  await expect(phone.page.getByText("Terminée ici; elle partira dès qu'il y aura du réseau.")).toBeVisible();
  // Nobody has heard of any of it.
  expect((await erpnext.get("Dispatch Job", job.name))["status"]).toBe("Scheduled");
  expect((await modemFor(request, device("ONT")))?.told).toBe("unknown");
  await phone.comeUp();
  await expect(phone.banner).toContainText("Tout est envoyé", STANDS);
  await phone.stop();
  await camera.stop();

  // The devices hold what their place holds, as they ask again by themselves.
  await expect.poll(async () => (await modemFor(request, device("ONT")))?.sip, STANDS).toMatchObject({ enabled: true });
  await expect.poll(async () => (await modemFor(request, device("Routeur")))?.wifi, STANDS).toEqual([{ ssid, password }, { ssid, password }]);
  const line = (await modemFor(request, device("ONT")))?.sip;
  expect(line?.username).toBe(device("Téléphone IP")?.["custom_sip_username"]);
  expect(line?.password).toMatch(/.{8,}/);
  expect(line?.server).toBe("sip.gigafibre.test");

  await expect.poll(async () => (await erpnext.documentsOf(orderId)).locations[0]?.["status"], STANDS).toBe("Active");
  const live = await erpnext.documentsOf(orderId);
  expect(live.jobs[0]).toMatchObject({ status: "Completed", sign_off_name: who.name });
  expect(new Set(live.subscriptions.map((row) => row["status"]))).toEqual(new Set(["Active"]));
  expect(live.equipment.map((row) => [row["equipment_type"], row["status"]]).sort()).toEqual([["Décodeur TV", "Actif"], ["ONT", "Actif"], ["Routeur", "Actif"], ["Téléphone IP", "Actif"]]);
  await expect.poll(async () => (await erpnext.get("Service Equipment", device("ONT")?.name ?? ""))["connection_state"], STANDS).toBe("Connected");
  expect(live.invoices).toHaveLength(1);

  const customer = live.customers[0];
  const paid = async (): Promise<unknown> => (await erpnext.documentsOf(orderId)).invoices[0]?.["outstanding_amount"];
  await expect.poll(paid, STANDS).toBe(0);
  const entries = await erpnext.list("Payment Entry", [["party", "=", customer?.name]]);
  expect(entries).toHaveLength(1);
  expect(entries[0]).toMatchObject({ docstatus: 1, paid_amount: live.invoices[0]?.["grand_total"] });
  expect(await paymentsAtStripe(request, String(customer?.["stripe_customer_id"]))).toMatchObject([{ status: "succeeded", amount: Math.round(Number(live.invoices[0]?.["grand_total"]) * 100) }]);
  await expect
    .poll(async () => (await messagesAbout(request, orderId)).filter(({ text }) => text?.includes("Service activé!")).map(({ channel }) => channel), STANDS)
    .toContain("sms");
});
