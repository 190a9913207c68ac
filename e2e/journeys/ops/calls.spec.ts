import { expect, test } from "@playwright/test";
import { addDays, isWeekend, localDate } from "@gigafibre/contracts/dates";
import { messagesAbout, STANDS } from "../read-back.ts";
import { CustomerPage } from "./customer-page.ts";
import { callersOf, choose, tabTo, turnTo } from "./callers.ts";
import type { Caller, Callers } from "./callers.ts";
import { DISPATCHER, faultsOf } from "./office.ts";

const CUSTOMER = "Actions du client";
/** A minute after the last move the customer is told what then stands. */
const TOLD = { timeout: 120_000 };

let callers: Callers;
let caller: Caller;
test.beforeAll(async ({ playwright, baseURL }) => {
  test.setTimeout(process.env["ERPNEXT_URL"] ? 600_000 : 300_000);
  callers = await callersOf(playwright.request, new URL(baseURL ?? "").origin);
  caller = await callers.ordered("Line Appelle");
});
test.afterAll(() => callers.close());

test("a ticket is opened, answered by SMS and by e-mail, and closed, by the keyboard alone: it stands in ERPNext, leaves, and is in the thread", async ({ browser, request, baseURL }) => {
  test.setTimeout(process.env["ERPNEXT_URL"] ? 600_000 : 300_000);
  const { erpnext } = callers;
  const { office, thread } = await CustomerPage.open(browser, baseURL ?? "", caller.customer);
  const { page } = office;
  const dialog = page.getByRole("dialog");
  const subject = `Lenteur ${crypto.randomUUID().slice(0, 8)}`;

  await choose(page, CUSTOMER, "Ouvrir un billet");
  await expect(dialog.getByLabel("Sujet")).toBeFocused();
  await page.keyboard.type(subject);
  await tabTo(page, dialog.getByLabel("Texte"));
  await page.keyboard.type("Depuis ce matin.");
  expect(await faultsOf(page, "calls-ticket-light-1440")).toEqual([]);
  await tabTo(page, dialog.getByRole("button", { name: "Ouvrir", exact: true }));
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden(STANDS);
  const [issue] = await erpnext.list("Issue", [["subject", "=", subject]]);
  expect(issue).toMatchObject({ customer: caller.customer, service_location: caller.place, status: "Open" });
  expect(String(issue?.["description"])).toContain("Depuis ce matin.");

  const answers = async (text: string, way: string, close: boolean): Promise<void> => {
    await choose(page, CUSTOMER, "Répondre à un billet");
    await expect(dialog.getByLabel("Texte")).toBeFocused();
    await page.keyboard.type(text);
    await turnTo(page, dialog.getByRole("radiogroup", { name: "Répondre par" }), way);
    if (close) {
      await tabTo(page, dialog.getByRole("checkbox", { name: "Fermer le billet" }));
      await page.keyboard.press("Space");
    }
    expect(await faultsOf(page, `calls-answer-light-1440${close ? "-close" : ""}`)).toEqual([]);
    await tabTo(page, dialog.getByRole("button", { name: "Envoyer", exact: true }));
    await page.keyboard.press("Enter");
    await expect(dialog).toBeHidden(STANDS);
  };
  const sent = async (text: string): Promise<[string, string][]> => (await messagesAbout(request, text)).map(({ channel, to }): [string, string] => [channel, to]).sort();

  await expect(thread.getByRole("listitem").filter({ hasText: subject }).first()).toBeVisible(STANDS);
  const first = `Nous regardons ${crypto.randomUUID().slice(0, 8)}`;
  await answers(first, "Les deux", false);
  expect((await erpnext.get("Issue", String(issue?.name)))["status"]).toBe("Replied");
  await expect.poll(() => sent(first), STANDS).toEqual([["email", caller.person.email], ["sms", `+1${caller.person.phone.replace(/\D/g, "")}`]]);
  // Once for each way, with its delivery.
  await expect(thread.getByRole("listitem").filter({ hasText: first })).toHaveCount(2, STANDS);
  await expect(thread.getByRole("listitem").filter({ hasText: first }).filter({ hasText: /Envoyé|Livré/ })).toHaveCount(2, STANDS);
  expect((await erpnext.list("Communication", [["reference_name", "=", issue?.name]])).map((each) => each["communication_medium"]).sort()).toEqual(["Email", "SMS"]);

  const last = `C'est réglé ${crypto.randomUUID().slice(0, 8)}`;
  await answers(last, "SMS", true);
  expect((await erpnext.get("Issue", String(issue?.name)))["status"]).toBe("Closed");
  await expect.poll(() => sent(last), STANDS).toHaveLength(1);
  await expect(thread.getByRole("listitem").filter({ hasText: subject }).filter({ hasText: "Fermé" })).toBeVisible(STANDS);
  await office.stop();
});

test("a repair visit is made of a ticket, then set and moved on the board from the customer's page, and the customer is told by SMS and e-mail", async ({ browser, request, baseURL }) => {
  test.setTimeout(process.env["ERPNEXT_URL"] ? 600_000 : 300_000);
  const { erpnext } = callers;
  const issue = await erpnext.insert("Issue", { subject: `Panne ${crypto.randomUUID().slice(0, 8)}`, customer: caller.customer, service_location: caller.place });
  const { office, thread } = await CustomerPage.open(browser, baseURL ?? "", caller.customer, { user: DISPATCHER, colorScheme: "dark" });
  const { page } = office;
  const dialog = page.getByRole("dialog");
  await choose(page, CUSTOMER, "Visite de réparation");
  await dialog.getByRole("combobox", { name: "Billet" }).click();
  await page.getByRole("option", { name: new RegExp(`^${issue.name}`) }).click();
  await dialog.getByLabel("Notes pour le technicien").fill("Voir le signal");
  expect(await faultsOf(page, "calls-repair-dark-1440")).toEqual([]);
  await dialog.getByRole("button", { name: "Créer la visite" }).click();
  await expect(dialog).toBeHidden(STANDS);
  const job = String((await erpnext.get("Issue", issue.name))["dispatch_job"]);
  expect(await erpnext.get("Dispatch Job", job)).toMatchObject({ job_type: "Repair", status: "Open", customer: caller.customer, service_location: caller.place });
  expect(String((await erpnext.get("Dispatch Job", job))["notes"])).toContain("Voir le signal");
  await expect(thread.getByRole("listitem").filter({ hasText: "Réparation" })).toBeVisible(STANDS);

  const sheet = page.getByRole("complementary", { name: `Fiche de la visite ${job}` });
  let day = addDays(localDate(new Date()), 8);
  while (isWeekend(day)) day = addDays(day, 1);
  const moveTo = async (time: string): Promise<void> => {
    await choose(page, CUSTOMER, "Déplacer le rendez-vous (Réparation)");
    await sheet.getByLabel("Technicien").selectOption({ label: "Théo Brault" });
    await sheet.getByLabel("Date", { exact: true }).fill(day);
    await sheet.getByLabel("Heure").fill(time);
    expect(await faultsOf(page, `calls-move-dark-1440-${time.slice(0, 2)}`)).toEqual([]);
    await sheet.getByRole("button", { name: "Déplacer", exact: true }).click();
    await expect(page.getByText("Le client sera averti dans une minute.")).toBeVisible();
    await expect.poll(async () => erpnext.get("Dispatch Job", job), STANDS).toMatchObject({ status: "Scheduled", assigned_to: "tech1@gigafibre.test", scheduled_start: `${day} ${time}:00` });
  };
  const told = async (text: RegExp): Promise<string[]> => (await messagesAbout(request, job)).filter((message) => text.test(message.text)).map(({ channel }) => channel).sort();
  await moveTo("09:00");
  await expect.poll(() => told(/fixé/), TOLD).toEqual(["email", "sms"]);
  await page.goto(`/ops/clients/${encodeURIComponent(caller.customer)}`);
  await moveTo("13:30");
  await expect.poll(() => told(/déplacé|a changé/), TOLD).toEqual(["email", "sms"]);
  expect((await messagesAbout(request, job)).find(({ channel, text }) => channel === "sms" && text.includes("déplacé"))?.text).toContain("vers 13 h 30");
  await office.stop();
});
