import { expect, test } from "@playwright/test";
import type { APIRequestContext, Page } from "@playwright/test";
import { openLine } from "../field/line.ts";
import { signedIn } from "../field/technician.ts";
import { AGENT, faultsOf, Office } from "./office.ts";

async function streams(agent: APIRequestContext): Promise<number> {
  const metrics = await (await agent.get("/metrics")).text();
  return Number(/^hub_event_streams (\d+)$/m.exec(metrics)?.[1] ?? Number.NaN);
}

async function something(agent: APIRequestContext): Promise<string> {
  const made = await agent.post("/api/resource/Lead", { data: { first_name: `Passage ${crypto.randomUUID()}` } });
  expect(made.ok(), await made.text()).toBe(true);
  return ((await made.json()) as { data: { name: string } }).data.name;
}

/** Each event that the hub has counted is on the page, once and in order. */
async function hasAll(page: Page, agent: APIRequestContext): Promise<void> {
  const ids = (): Promise<number[]> => page.evaluate("[...document.querySelectorAll('li[id^=event-]')].map(({ id }) => Number(id.slice(6)))");
  await expect.poll(async () => (await ids())[0], { timeout: 30_000 }).toBe(((await (await agent.get("/api/events/last")).json()) as { id: number }).id);
  const shown = await ids();
  expect(shown).toEqual(shown.map((_, index) => (shown[0] ?? 0) - index));
}

test("two tabs have one stream; when the tab that has it dies the other takes over; nothing is missed and nothing comes twice", async ({ browser, baseURL, playwright }) => {
  test.setTimeout(180_000);
  const agent = await signedIn(playwright.request, baseURL ?? "", AGENT);
  const before = await streams(agent);
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
  await expect(office.page.getByText(first).first()).toBeVisible();
  await expect(second.getByText(first).first()).toBeVisible();
  await Promise.all([hasAll(office.page, agent), hasAll(second, agent)]);
  expect(await faultsOf(second, "feed-light-1440")).toEqual([]);
  await second.getByRole("button", { name: "Nouvelles", exact: true }).click();
  await expect(second.getByText("Modifié", { exact: true })).toHaveCount(0);
  await second.getByRole("button", { name: "Tout", exact: true }).click();
  await expect(second.getByText("Modifié", { exact: true }).first()).toBeVisible();

  await Promise.all([office.page.close(), something(agent), something(agent)]);
  const after = await something(agent);
  await expect(second.getByText(after).first()).toBeVisible();
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
  await expect(third.getByText(away).first()).toBeVisible({ timeout: 30_000 });
  await Promise.all([hasAll(second, agent), hasAll(third, agent)]);
  await office.stop();
  await line.close();
});
