import { expect, test } from "@playwright/test";
import type { FindAnswer } from "@gigafibre/contracts/find";
import { faultsOf, Office } from "./office.ts";

const HITS: FindAnswer = {
  hits: [
    { kind: "customer", doctype: "Customer", name: "Rose Tremblay", title: "Rose Tremblay", detail: "450 555-0142", says: [], customer: "Rose Tremblay", matched: { field: "customer_name", value: "Rose Tremblay" } },
    { kind: "location", doctype: "Service Location", name: "SL-1", title: "123 rue Principale", detail: "Hemingford", says: [], customer: "Rose Tremblay", matched: { field: "customer_name", value: "Rose Tremblay" } },
  ],
};

test("one box finds by the keyboard alone, keeps what was opened and pinned, and says what it did not find", async ({ browser, baseURL }) => {
  const office = await Office.start(browser, baseURL ?? "");
  await office.signIn();
  let refuses = false;
  await office.page.route("**/api/find?*", (route) => {
    const q = new URL(route.request().url()).searchParams.get("q") ?? "";
    return refuses ? route.fulfill({ status: 500, body: "{}" }) : route.fulfill({ json: q.startsWith("trem") ? HITS : { hits: [] } });
  });
  // Nobody waits for a box to open: what is typed meanwhile is in it.
  await office.press("Control+k");
  await office.page.keyboard.type("trem");
  const box = office.page.getByRole("combobox", { name: "Trouver" });
  await expect(box).toHaveValue("trem");
  const hit = office.page.getByRole("option", { name: /^Rose Tremblay/ });
  await expect(hit).toHaveAttribute("aria-selected", "true");
  await expect(hit.locator("mark")).toHaveText("Trem");
  expect(await faultsOf(office.page, "find-light-1440")).toEqual([]);
  await office.press("Control+p ArrowDown Enter");
  await expect(box).toHaveCount(0);
  await office.page.reload();
  await expect(office.rail).toBeVisible();
  await office.press("/");
  await expect(office.page.getByRole("group", { name: "Épinglés" }).getByRole("option")).toHaveText(/Rose Tremblay/);
  await expect(office.page.getByRole("group", { name: "Récents" }).getByRole("option")).toHaveText(/123 rue Principale/);
  await box.fill("zzz");
  await expect(office.page.getByText("Rien ne correspond à « zzz »")).toBeVisible();
  refuses = true;
  await box.fill("autre");
  await expect(office.page.getByRole("dialog", { name: "Trouver" }).getByRole("alert")).toContainText("Rien de ce que vous avez écrit n'est perdu");
  await office.stop();
});


const SAID = [
  ["a name, one letter wrong", "lefebre jean guy", "Jean-Guy Lefebvre"],
  ["the last digits of a telephone", "555 0201", "Jean-Guy Lefebvre"],
  ["an e-mail", "jeanguy.lefebvre@", "Jean-Guy Lefebvre"],
  ["the number of another time", "DEMO-0002", "Jean-Guy Lefebvre"],
  ["an address as people say it", "2862 rte 138 st anicet", "2862 Route 138, Saint-Anicet Actif · Jean-Guy Lefebvre"],
  ["an address with a letter wrong", "2862 raute 138 saint-anicet", "2862 Route 138, Saint-Anicet Actif · Jean-Guy Lefebvre"],
  ["a serial", "deco 00000002", "Routeur DECO00000002 Actif · TP-Link · Deco · Jean-Guy Lefebvre"],
  ["a MAC address", "00-00-5e-00-11-01", "Routeur DECO00000002 Actif · TP-Link · Deco · Jean-Guy Lefebvre"],
] as const;

test("anybody is found by whatever they say of themselves, and Enter opens them", async ({ browser, baseURL }) => {
  const office = await Office.start(browser, baseURL ?? "");
  await office.signIn();
  await office.press("Control+k");
  const box = office.page.getByRole("combobox", { name: "Trouver" });
  for (const [how, typed, first] of SAID) {
    await box.fill(typed);
    await expect(office.page.getByRole("option").first(), how).toHaveText(new RegExp(`^${first.replaceAll(" ", "\\s*")}`));
  }
  await office.press("Enter");
  await expect(office.heading("Jean-Guy Lefebvre")).toBeVisible();
  await office.stop();
});
