import { expect, test } from "@playwright/test";
import type { APIRequestContext, Page } from "@playwright/test";
import { twilioSignature } from "@gigafibre/fixtures/inbox/sms";
import { openLine } from "../field/line.ts";
import { aVisit, signedIn } from "../field/technician.ts";
import { STANDS } from "../read-back.ts";
import { AGENT, faultsOf, Office } from "./office.ts";

const SMS_PATH = "/webhooks/twilio/messages";
/** Of the stand-in's account. */
const TWILIO_TOKEN = "twilio_token_standin";

async function streams(agent: APIRequestContext): Promise<number> {
  const metrics = await (await agent.get("/metrics")).text();
  return Number(/^hub_event_streams (\d+)$/m.exec(metrics)?.[1] ?? Number.NaN);
}

/** Once the office of an earlier test has left. */
async function settledStreams(agent: APIRequestContext): Promise<number> {
  let last = Number.NaN;
  const isAsBefore = async (): Promise<boolean> => {
    const now = await streams(agent);
    const same = now === last;
    last = now;
    return same;
  };
  await expect.poll(isAsBefore, { ...STANDS, intervals: [2_000] }).toBe(true);
  return last;
}

async function something(agent: APIRequestContext): Promise<string> {
  const made = await agent.post("/api/resource/Lead", { data: { first_name: `Passage ${crypto.randomUUID()}` } });
  expect(made.ok(), await made.text()).toBe(true);
  return ((await made.json()) as { data: { name: string } }).data.name;
}

/** Each event that the hub has counted is on the page, once and in order. */
async function hasAll(page: Page, agent: APIRequestContext): Promise<void> {
  const ids = (): Promise<number[]> => page.evaluate("[...document.querySelectorAll('li[id^=event-]')].map(({ id }) => Number(id.slice(6)))");
  const { id: last } = (await (await agent.get("/api/events/last")).json()) as { id: number };
  await expect.poll(async () => (await ids())[0], STANDS).toBeGreaterThanOrEqual(last);
  const shown = await ids();
  expect(shown).toEqual(shown.map((_, index) => (shown[0] ?? 0) - index));
}

test("two tabs have one stream; when the tab that has it dies the other takes over; nothing is missed and nothing comes twice", async ({ browser, baseURL, playwright }) => {
  test.setTimeout(process.env["ERPNEXT_URL"] ? 600_000 : 180_000);
  const agent = await signedIn(playwright.request, baseURL ?? "", AGENT);
  const before = await settledStreams(agent);
  const line = await openLine(baseURL ?? "");
  const office = await Office.start(browser, line.url);
  await office.signIn(AGENT, "/ops/fil");
  await expect(office.page.getByRole("status").filter({ hasText: "En direct" })).toBeVisible();
  await office.page.getByRole("button", { name: "Tout", exact: true }).click();
  const second = await office.context.newPage();
  await second.goto("/ops/fil");
  await expect(second.getByRole("status").filter({ hasText: "En direct" })).toBeVisible();
  await second.getByRole("button", { name: "Tout", exact: true }).click();
  expect(await streams(agent)).toBe(before + 1);

  const first = await something(agent);
  await expect(office.page.getByText(first).first()).toBeVisible(STANDS);
  await expect(second.getByText(first).first()).toBeVisible(STANDS);
  await Promise.all([hasAll(office.page, agent), hasAll(second, agent)]);
  expect(await faultsOf(second, "feed-light-1440")).toEqual([]);
  await second.getByRole("button", { name: "Nouvelles", exact: true }).click();
  await expect(second.getByText("Modifié", { exact: true })).toHaveCount(0);
  await second.getByRole("button", { name: "Tout", exact: true }).click();
  await expect(second.getByText("Modifié", { exact: true }).first()).toBeVisible();

  await Promise.all([office.page.close(), something(agent), something(agent)]);
  const after = await something(agent);
  await expect(second.getByText(after).first()).toBeVisible(STANDS);
  await hasAll(second, agent);
  await expect.poll(() => streams(agent)).toBe(before + 1);

  const third = await office.context.newPage();
  await third.goto("/ops/fil");
  await expect(third.getByRole("status").filter({ hasText: "En direct" })).toBeVisible();
  await third.getByRole("button", { name: "Tout", exact: true }).click();
  await line.cut();
  await expect(second.getByRole("status").filter({ hasText: "Connexion perdue" })).toBeVisible();
  const away = await something(agent);
  await line.restore();
  await expect(third.getByText(away).first()).toBeVisible(STANDS);
  await Promise.all([hasAll(second, agent), hasAll(third, agent)]);
  await office.stop();
  await line.close();
});

/** An SMS from somebody whom nobody knows, as Twilio brings it. */
async function anSms(agent: APIRequestContext, baseURL: string, text: string): Promise<void> {
  const url = `${baseURL}${SMS_PATH}`;
  const form = { MessageSid: `SM${crypto.randomUUID().replaceAll("-", "")}`, From: "+15145550142", To: "+14505550100", Body: text };
  const brought = await agent.post(url, { form, headers: { "x-twilio-signature": twilioSignature(TWILIO_TOKEN, url, form) } });
  expect(brought.status(), await brought.text()).toBe(200);
}

test("what happens is in the feed and on its badge; a toast is only for what needs someone, and says who and where", async ({ browser, baseURL, playwright }) => {
  test.setTimeout(process.env["ERPNEXT_URL"] ? 600_000 : 120_000);
  const url = baseURL ?? "";
  const agent = await signedIn(playwright.request, url, AGENT);
  const office = await Office.start(browser, url);
  await office.signIn(AGENT, "/ops/commandes/nouvelle");
  await expect(office.page.getByRole("status").filter({ hasText: "En direct" })).toBeVisible();
  // A toast that came and went is seen too.
  await office.page.evaluate(`globalThis.toasts = 0; new MutationObserver(() => (toasts += document.querySelectorAll(".q-notification").length)).observe(document.body, { childList: true, subtree: true })`);
  const feed = office.rail.getByRole("link", { name: /^Fil/ });

  const { customer } = await aVisit(playwright.request, url);
  await expect(feed).toContainText(/\d+ nouvelles?/);
  await expect(feed).not.toContainText("attend");
  await office.press("Escape");
  await feed.click();
  await expect(office.page.locator("li[id^=event-]").filter({ hasText: "Commande créée" }).filter({ hasText: customer })).toBeVisible();
  expect(await office.page.evaluate("toasts")).toBe(0);
  await office.rail.getByRole("link", { name: "Accueil" }).click();
  await expect(feed).not.toContainText(/\d/);

  await anSms(agent, url, "Bonjour, ma fibre est coupée");
  const toast = office.page.getByRole("alert").filter({ hasText: "SMS reçu" });
  await expect(toast).toContainText("SMS d'un inconnu");
  await expect(feed).toContainText(/attend/);
  await toast.getByRole("button", { name: "Voir" }).click();
  await expect(office.page.getByRole("listitem", { name: "514 555-0142" })).toContainText("Bonjour, ma fibre est coupée");
  await feed.click();
  await expect(office.page.locator("li[id^=event-]").filter({ hasText: "SMS reçu" }).filter({ hasText: "SMS d'un inconnu" }).first()).toBeVisible();
  await office.stop();
});
