import { expect, test } from "@playwright/test";
import { STANDS } from "../read-back.ts";
import { callersOf } from "./callers.ts";
import type { Caller, Callers } from "./callers.ts";
import { CustomerPage } from "./customer-page.ts";
import { AGENT, DISPATCHER, faultsOf, Office } from "./office.ts";

let callers: Callers;
let caller: Caller;
test.beforeAll(async ({ playwright, baseURL }) => {
  test.setTimeout(300_000);
  callers = await callersOf(playwright.request, new URL(baseURL ?? "").origin);
  caller = await callers.ordered("Prise Encharge");
});
test.afterAll(() => callers.close());

test("a ticket is taken by one key, given to a colleague by name who sees it at once, and found among their own", async ({ browser, baseURL }) => {
  test.setTimeout(240_000);
  const { erpnext } = callers;
  const subject = `Lenteur ${crypto.randomUUID().slice(0, 8)}`;
  const issue = (await erpnext.insert("Issue", { subject, customer: caller.customer, description: "Le soir." })).name;
  const given = async (): Promise<unknown> => (await erpnext.list("ToDo", [["reference_name", "=", issue], ["status", "=", "Open"]])).map(({ allocated_to }) => allocated_to);

  const mine = await CustomerPage.open(browser, baseURL ?? "", caller.customer);
  const theirs = await CustomerPage.open(browser, baseURL ?? "", caller.customer, { user: DISPATCHER, colorScheme: "dark", width: 1024 });
  const whose = ({ thread }: CustomerPage) => thread.getByRole("button", { name: new RegExp(`^À qui est ${issue}`) });
  await expect(whose(mine)).toContainText("Assigner", STANDS);
  await mine.office.press("i");
  await expect(whose(mine)).toContainText("Vous", STANDS);
  expect(await given()).toEqual([AGENT]);
  await expect(whose(theirs)).not.toContainText("Assigner", STANDS);
  await expect(whose(theirs)).toContainText("Agathe Lalonde", STANDS);

  await whose(mine).press("Enter");
  const { page } = mine.office;
  await expect(page.getByRole("menuitem").first()).toHaveText(/\(moi\)$/);
  await page.getByRole("menuitem", { name: "Denis Faubert" }).press("Enter");
  await expect.poll(given, STANDS).toEqual([DISPATCHER]);
  await expect(whose(theirs)).toContainText("Vous", STANDS);
  for (const [screen, each] of [["assigned-light-1440", page], ["assigned-dark-1024", theirs.office.page]] as const) expect(await faultsOf(each, screen)).toEqual([]);
  await mine.office.stop();
  await theirs.office.stop();

  const office = await Office.start(browser, baseURL ?? "");
  await office.signIn(DISPATCHER, "/ops/listes/billets");
  await office.button("À moi").click();
  await expect(office.page.getByRole("status").filter({ hasText: "1 ligne" })).toBeVisible(STANDS);
  const row = office.page.getByRole("row").filter({ hasText: subject });
  await expect(row).toContainText("Vous");
  expect(await faultsOf(office.page, "assigned-mine-light-1440")).toEqual([]);
  await office.button("À moi").click();
  await office.stop();
});
