import { randomInt } from "node:crypto";
import { expect, test } from "@playwright/test";
import type { APIRequestContext, Locator } from "@playwright/test";
import { twilioSignature } from "@gigafibre/fixtures/inbox/sms";
import { signedIn } from "../field/technician.ts";
import { ErpnextReader, messagesAbout, STANDS } from "../read-back.ts";
import { AGENT, DISPATCHER, faultsOf, Office } from "./office.ts";

const SMS_PATH = "/webhooks/twilio/messages";
/** Of the stand-in's account. */
const TWILIO_TOKEN = "twilio_token_standin";
const aNumber = (): string => `+1819555${randomInt(1_000, 9_999)}`;
/** As the office reads it. */
const shown = (number: string): string => `${number.slice(2, 5)} ${number.slice(5, 8)}-${number.slice(8)}`;

let origin: string;
let agent: APIRequestContext;
test.beforeAll(async ({ playwright, baseURL }) => {
  origin = baseURL ?? "";
  agent = await signedIn(playwright.request, origin, AGENT);
});

async function comesIn(From: string, Body: string): Promise<void> {
  const url = `${origin}${SMS_PATH}`;
  const form = { MessageSid: `SM${crypto.randomUUID().replaceAll("-", "")}`, From, To: "+14505550100", Body };
  const brought = await agent.post(url, { form, headers: { "x-twilio-signature": twilioSignature(TWILIO_TOKEN, url, form) } });
  expect(brought.status(), await brought.text()).toBe(200);
}

async function somebody(erpnext: ErpnextReader, number: string | null): Promise<string> {
  const { name } = await erpnext.insert("Customer", { customer_name: `Ursule Textos ${crypto.randomUUID().slice(0, 6)}`, customer_type: "Individual", customer_group: "Résidentiel" });
  const contact = await erpnext.insert("Contact", { first_name: name, links: [{ link_doctype: "Customer", link_name: name }], ...(number === null ? {} : { phone_nos: [{ phone: number, is_primary_mobile_no: 1 }] }) });
  await erpnext.update("Customer", name, { customer_primary_contact: contact.name });
  return name;
}

const row = (office: Office, name: string): Locator => office.page.getByRole("listitem", { name, exact: true });
const box = (within: Locator): Locator => within.getByRole("textbox", { name: "SMS au client" });

test("an SMS of a customer waits for both of the office; one answers, it leaves the other's screen, and who writes at that moment is told by whom", async ({ browser, request }) => {
  test.setTimeout(process.env["ERPNEXT_URL"] ? 600_000 : 180_000);
  const number = aNumber();
  const customer = await somebody(await ErpnextReader.signIn(request), number);
  const [one, other] = [await Office.start(browser, origin), await Office.start(browser, origin)];
  await one.signIn(AGENT, "/ops/a-traiter/messages");
  await other.signIn(DISPATCHER, "/ops/a-traiter/messages");
  await comesIn(number, "Êtes-vous en route?");
  for (const office of [one, other]) {
    await expect(row(office, customer)).toContainText("Êtes-vous en route?", STANDS);
    await expect(row(office, customer)).toContainText(shown(number));
    await expect(office.rail.getByRole("link", { name: /^À traiter/ })).toContainText(/\d/);
  }
  await comesIn(number, "Allô?");
  await expect(row(one, customer)).toContainText("2 messages", STANDS);

  // The other begins to write.
  await row(other, customer).getByRole("button", { name: "Répondre" }).click();
  await box(row(other, customer)).fill("Dans une heure");
  await expect(row(other, customer)).toContainText("1 SMS");

  await row(one, customer).getByRole("button", { name: "Répondre" }).click();
  await expect(row(one, customer).getByRole("region", { name: `Conversation avec ${customer}` })).toContainText("Allô?");
  await box(row(one, customer)).fill("Nous serons là à 10 h, c'est sûr.");
  await expect(row(one, customer)).toContainText("prennent plus de place");
  expect(await faultsOf(one.page, "messages-open-light-1440")).toEqual([]);
  await row(one, customer).getByRole("button", { name: "Envoyer" }).click();
  await expect(row(one, customer)).toHaveCount(0, STANDS);
  await expect.poll(async () => (await messagesAbout(request, "Nous serons là à 10 h")).map(({ to }) => to), STANDS).toEqual([number]);

  // What is written is kept, and said to be late.
  await expect(row(other, customer).getByRole("status")).toContainText(/Agathe.* a répondu il y a \d+\s/, STANDS);
  await row(other, customer).getByRole("button", { name: "Envoyer" }).click();
  await expect(row(other, customer).getByRole("alert")).toContainText(/Agathe.* a répondu/);
  await expect(box(row(other, customer))).toHaveValue("Dans une heure");
  await row(other, customer).getByRole("button", { name: "Envoyer quand même" }).click();
  await expect(row(other, customer)).toHaveCount(0, STANDS);
  await expect.poll(async () => (await messagesAbout(request, "Dans une heure")).length, STANDS).toBe(1);
  await Promise.all([one.stop(), other.stop()]);
});

test("of a number that nobody knows it is said whose it is, and the conversation is in their thread; or a lead is made of it", async ({ browser, request }) => {
  test.setTimeout(process.env["ERPNEXT_URL"] ? 600_000 : 180_000);
  const erpnext = await ErpnextReader.signIn(request);
  const [number, stranger] = [aNumber(), aNumber()];
  const customer = await somebody(erpnext, null);
  const office = await Office.start(browser, origin, { width: 1024 });
  await office.signIn(AGENT, "/ops/");
  await comesIn(number, "C'est Ursule, sur le cellulaire de ma fille");
  const waiting = row(office, shown(number));
  await expect(office.page.getByRole("alert").filter({ hasText: "SMS reçu" })).toContainText("SMS d'un inconnu", STANDS);
  await office.page.getByRole("link", { name: "Messages" }).click();
  await expect(waiting).toContainText("inconnu");
  await waiting.getByRole("button", { name: /^Détails de/ }).click();
  await waiting.getByRole("button", { name: "C'est un client" }).click();
  await waiting.getByRole("combobox", { name: "Nom, téléphone, adresse, courriel" }).fill(customer);
  await expect(waiting.getByRole("option").first()).toBeVisible(STANDS);
  expect(await faultsOf(office.page, "messages-whose-light-1024")).toEqual([]);
  await office.press("Enter");
  await expect(row(office, customer)).toContainText(shown(number), STANDS);
  await row(office, customer).getByRole("link", { name: customer }).click();
  const thread = office.page.getByRole("region", { name: "Du plus récent au plus ancien" });
  await expect(thread).toContainText("C'est Ursule, sur le cellulaire", STANDS);
  // An answer from there is an answer.
  await office.button("SMS").click();
  await office.page.getByLabel("SMS au client").fill("C'est noté!");
  await office.page.getByRole("button", { name: "Envoyer", exact: true }).click();
  await expect(thread).toContainText("C'est noté!");
  await office.page.goto("/ops/a-traiter/messages");
  await expect(office.page.getByRole("link", { name: "Messages" })).toBeVisible();
  await expect(row(office, customer)).toHaveCount(0);

  await comesIn(stranger, "Offrez-vous la fibre au rang Saint-Paul?");
  const asks = row(office, shown(stranger));
  await asks.getByRole("button", { name: /^Détails de/ }).click(STANDS);
  await asks.getByRole("button", { name: "En faire une piste" }).click();
  await asks.getByLabel("Nom, s'il est connu").fill("Fleurette Duroc");
  await office.press("Enter");
  await expect(asks).toContainText("Fleurette Duroc", STANDS);
  await expect(asks).toContainText("piste");
  const [lead] = await erpnext.list("Lead", [["mobile_no", "=", stranger.slice(2)]]);
  expect(JSON.stringify((await erpnext.get("Lead", lead?.name ?? ""))["notes"])).toContain("au rang Saint-Paul");
  await office.stop();
});

test("by the keyboard alone: on to the next, set aside and taken back, answered; the tour says how", async ({ browser }) => {
  const [first, second] = [aNumber(), aNumber()];
  await comesIn(first, "Merci beaucoup");
  await comesIn(second, "À quelle heure?");
  const office = await Office.start(browser, origin, { colorScheme: "dark" });
  await office.signIn(AGENT, "/ops/a-traiter/messages");
  await expect(row(office, shown(second))).toBeVisible(STANDS);
  const open = (number: string): Locator => row(office, shown(number)).getByRole("region", { name: /^Conversation avec/ });
  const goTo = async (number: string): Promise<void> => {
    for (let tries = 0; tries < 20 && !(await open(number).isVisible()); tries++) await office.press("j");
    await expect(open(number)).toBeVisible();
  };
  await goTo(first);
  await expect(open(first)).toContainText("Merci beaucoup");
  expect(await faultsOf(office.page, "messages-dark-1440")).toEqual([]);
  await office.press("e");
  await expect(row(office, shown(first))).toHaveCount(0, STANDS);
  await office.press("z");
  await expect(row(office, shown(first))).toBeVisible(STANDS);
  await goTo(second);
  await office.press("k");
  await expect(open(second)).toHaveCount(0);
  await goTo(second);
  await office.press("w");
  await office.page.keyboard.type("Entre 9 h et 11 h.");
  await office.press("Control+Enter");
  await expect(row(office, shown(second))).toHaveCount(0, STANDS);
  await office.press("?");
  await expect(office.dialog("Raccourcis du clavier")).toContainText("Conversation suivante");
  await expect(office.dialog("Raccourcis du clavier")).toContainText("Mettre la conversation de côté");
  await office.stop();
});

test("one that asked for no more is told so before anybody writes; an SMS that did not arrive says why in words, and leaves again", async ({ browser, request }) => {
  test.setTimeout(process.env["ERPNEXT_URL"] ? 600_000 : 120_000);
  const [stopped, off] = [aNumber(), aNumber()];
  const customer = await somebody(await ErpnextReader.signIn(request), off);
  await comesIn(stopped, "Qui est-ce?");
  await comesIn(stopped, "ARRET");
  const fault = await request.post(`http://127.0.0.1:${Number(process.env["E2E_PORT"]) + 3}/__faults`, { data: { rules: [{ kind: "undelivered_sms", match: { path: off.slice(2) }, times: 1 }] } });
  expect(fault.ok(), await fault.text()).toBe(true);
  const text = `Votre routeur est prêt ${crypto.randomUUID().slice(0, 8)}`;
  const sent = await agent.post(`/api/customers/${encodeURIComponent(customer)}/messages`, { data: { id: crypto.randomUUID(), text } });
  expect(sent.status(), await sent.text()).toBe(202);
  const office = await Office.start(browser, origin, { width: 1024 });
  await office.signIn(AGENT, "/ops/a-traiter/messages");
  await row(office, shown(stopped)).getByRole("button", { name: "Répondre" }).click(STANDS);
  await expect(row(office, shown(stopped))).toContainText("appelez, ou écrivez un courriel");
  await expect(box(row(office, shown(stopped)))).toHaveCount(0);

  const failed = row(office, customer);
  await expect(failed).toContainText("Téléphone éteint ou hors de portée", STANDS);
  await failed.getByRole("button", { name: /^Détails de/ }).click();
  await expect(failed.getByLabel("Destinataire")).toHaveValue(shown(off));
  expect(await faultsOf(office.page, "messages-undelivered-light-1024")).toEqual([]);
  await failed.getByRole("button", { name: "Renvoyer" }).click();
  await expect(failed).toHaveCount(0, STANDS);
  await expect.poll(async () => (await messagesAbout(request, text)).length, STANDS).toBe(2);
  await office.stop();
});
