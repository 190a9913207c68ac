import { expect, test } from "@playwright/test";
import type { APIRequestContext } from "@playwright/test";
import { signedIn } from "../field/technician.ts";
import { ErpnextReader } from "../read-back.ts";
import type { Row } from "../read-back.ts";
import { CustomerPage } from "./customer-page.ts";
import { AGENT, DISPATCHER, faultsOf } from "./office.ts";

interface Somebody {
  readonly agent: APIRequestContext;
  readonly customer: string;
  readonly contact: string;
  readonly place: string;
}

/** Somebody new, with a contact and a place, that no other test edits. */
async function aCustomer(playwright: { request: Parameters<typeof signedIn>[0] }, baseURL: string): Promise<Somebody> {
  const agent = await signedIn(playwright.request, baseURL, AGENT);
  const made = async (doctype: string, data: Record<string, unknown>): Promise<string> => {
    const answer = await agent.post(`/api/resource/${doctype}`, { data });
    expect(answer.ok(), await answer.text()).toBe(true);
    return ((await answer.json()) as { data: Row }).data.name;
  };
  const called = `Éditée ${crypto.randomUUID().slice(0, 8)}`;
  const customer = await made("Customer", { customer_name: called, customer_type: "Individual", customer_group: "Résidentiel" });
  const contact = await made("Contact", {
    first_name: called, links: [{ link_doctype: "Customer", link_name: customer }], email_ids: [{ email_id: "avant@example.com", is_primary: 1 }], phone_nos: [{ phone: "450-555-0177", is_primary_mobile_no: 1 }],
  });
  const place = await made("Service Location", { customer, address_line: "12 rue des Pins", city: "Ormstown", postal_code: "J0S 1K0", connection_type: "FTTH" });
  return { agent, customer, contact, place };
}

const held = async (agent: APIRequestContext, doctype: string, name: string): Promise<Row> => ((await (await agent.get(`/api/resource/${doctype}/${encodeURIComponent(name)}`)).json()) as { data: Row }).data;

test("a value is edited where it stands, by the keyboard: Enter saves, Escape lets go, Tab saves and goes on, and each is undone", async ({ browser, baseURL, playwright }) => {
  const { agent, customer, contact, place } = await aCustomer(playwright, baseURL ?? "");
  const page = await CustomerPage.open(browser, baseURL ?? "", customer);
  const { page: screen } = page.office;
  await page.value("Ville").press("Enter");
  await expect(page.editor("Ville")).toBeFocused();
  await page.editor("Ville").fill("Huntingdon");
  await page.office.press("Escape");
  await expect(page.value("Ville")).toHaveText("Ormstown");
  await expect(page.value("Ville")).toBeFocused();

  await page.value("Ville").press("Enter");
  await page.editor("Ville").fill("Huntingdon");
  await page.office.press("Tab");
  await expect(page.editor("Code postal")).toBeFocused();
  await expect(page.value("Ville")).toHaveText("Huntingdon");
  await page.editor("Code postal").fill("J0S 1H0");
  await page.office.press("Enter");
  await expect.poll(async () => held(agent, "Service Location", place)).toMatchObject({ city: "Huntingdon", postal_code: "J0S 1H0" });

  await screen.getByRole("button", { name: "Annuler", exact: true }).click();
  await expect(page.value("Code postal")).toHaveText("J0S 1K0");
  await page.office.press("Control+z");
  await expect(page.value("Ville")).toHaveText("Ormstown");
  await expect.poll(async () => held(agent, "Service Location", place)).toMatchObject({ city: "Ormstown", postal_code: "J0S 1K0" });

  await page.write("Courriel", "apres@example.com");
  await expect.poll(async () => (await held(agent, "Contact", contact))["email_id"]).toBe("apres@example.com");
  await expect.poll(async () => (await held(agent, "Customer", customer))["customer_name"]).toContain("Éditée");
  await page.office.stop();
});

test("each field has its own editor, from what its DocType says: a list, a search, a box, a day, lines; what may not be empty says so", async ({ browser, baseURL, playwright }) => {
  const { agent, customer, place } = await aCustomer(playwright, baseURL ?? "");
  const page = await CustomerPage.open(browser, baseURL ?? "", customer);
  const { page: screen } = page.office;
  await page.value("Langue préférée").click();
  await page.editor("Langue préférée").press("ArrowDown");
  await page.office.press("Enter");
  await page.value("Groupe de clients").click();
  await page.editor("Groupe de clients").fill("comm");
  await expect(screen.getByRole("option", { name: /^Commercial/ })).toBeVisible();
  await page.office.press("Enter");
  await screen.getByRole("checkbox", { name: "Paiement préautorisé" }).check();
  await page.write("Détails du client", "Chien au portail");
  await expect.poll(async () => held(agent, "Customer", customer)).toMatchObject({ preferred_language: "en", customer_group: "Commercial", ppa_enabled: 1, customer_details: "Chien au portail" });
  await page.office.button("Fiche").click();
  await page.write("Activé le", "2026-03-05");
  await expect.poll(async () => (await held(agent, "Service Location", place))["activated_on"]).toBe("2026-03-05");
  await page.write("Adresse civique", "");
  await expect(screen.getByRole("alert").filter({ hasText: "ne peut pas rester vide" })).toBeVisible();
  await page.office.press("Escape");
  await expect(page.value("Adresse civique")).toHaveText("12 rue des Pins");
  await page.office.stop();
});

test("two people at one customer keep each other's changes; where both changed the same value, each is asked and neither is overwritten unseen", async ({ browser, baseURL, playwright }) => {
  test.setTimeout(120_000);
  const { agent, customer, place } = await aCustomer(playwright, baseURL ?? "");
  const one = await CustomerPage.open(browser, baseURL ?? "", customer);
  const other = await CustomerPage.open(browser, baseURL ?? "", customer, { user: DISPATCHER });
  // Elsewhere in the document: merged, and nobody is asked.
  await one.value("Ville").click();
  await one.editor("Ville").fill("Huntingdon");
  await other.write("Code postal", "J0S 1A0");
  await expect.poll(async () => (await held(agent, "Service Location", place))["postal_code"]).toBe("J0S 1A0");
  await one.office.press("Enter");
  await expect.poll(async () => held(agent, "Service Location", place)).toMatchObject({ city: "Huntingdon", postal_code: "J0S 1A0" });
  await expect(one.value("Code postal")).toHaveText("J0S 1A0");
  await expect(other.value("Ville")).toHaveText("Huntingdon", { timeout: 30_000 });

  // The same value: asked, with both before their eyes.
  await one.value("Ville").click();
  await one.editor("Ville").fill("Franklin");
  await other.write("Ville", "Havelock");
  await expect.poll(async () => (await held(agent, "Service Location", place))["city"]).toBe("Havelock");
  await one.office.press("Enter");
  const asked = one.office.page.getByRole("alert").filter({ hasText: "Havelock" });
  const erpnext = await ErpnextReader.signIn(await playwright.request.newContext({ baseURL: baseURL ?? "" }));
  await expect(asked).toContainText(`${String((await erpnext.get("User", DISPATCHER))["full_name"])} a écrit`);
  expect(await faultsOf(one.office.page, "customer-clash-light-1440")).toEqual([]);
  await one.office.button("Garder « Franklin »").click();
  await expect.poll(async () => (await held(agent, "Service Location", place))["city"]).toBe("Franklin");
  await expect(other.value("Ville")).toHaveText("Franklin", { timeout: 30_000 });
  await one.office.stop();
  await other.office.stop();
});

test("nothing typed is lost by a refusal, by a server that is away, or by a reload", async ({ browser, baseURL, playwright }) => {
  const { agent, customer, place } = await aCustomer(playwright, baseURL ?? "");
  const page = await CustomerPage.open(browser, baseURL ?? "", customer);
  const { page: screen } = page.office;
  const isSave = /\/api\/resource\/Service(%20| )Location\//;
  await screen.route(isSave, (route) => (route.request().method() === "PUT" ? route.abort() : route.continue()));
  await page.write("Ville", "Huntingdon");
  await expect(screen.getByRole("alert").filter({ hasText: "Rien de ce que vous avez écrit n'est perdu" })).toBeVisible();
  await expect(page.editor("Ville")).toHaveValue("Huntingdon");
  await screen.reload();
  await expect(screen.getByText("Non enregistré: « Huntingdon »")).toBeVisible();
  expect(await faultsOf(screen, "customer-kept-light-1440")).toEqual([]);
  await screen.unroute(isSave);
  await page.office.button("Reprendre").click();
  await expect(page.editor("Ville")).toHaveValue("Huntingdon");
  await page.office.press("Enter");
  await expect.poll(async () => (await held(agent, "Service Location", place))["city"]).toBe("Huntingdon");
  await expect(screen.getByText("Non enregistré")).toHaveCount(0);

  // What the server says of it stands at the field, and what was typed too.
  const taken = `${Date.now()}`;
  const erpnext = await ErpnextReader.signIn(await playwright.request.newContext({ baseURL: baseURL ?? "" }));
  expect(await erpnext.list("Customer", [["legacy_customer_id", "=", taken]])).toEqual([]);
  await agent.post("/api/resource/Customer", { data: { customer_name: `Prise ${taken}`, customer_type: "Individual", legacy_customer_id: taken } });
  await page.write("Ancien numéro de client", taken);
  await expect(screen.getByRole("alert").filter({ hasText: "a déjà cette valeur" })).toBeVisible();
  await expect(page.editor("Ancien numéro de client")).toHaveValue(taken);
  await page.office.stop();
});

test("what a role may not write is not editable, what it may not read is not there", async ({ browser, baseURL, playwright }) => {
  const erpnext = await ErpnextReader.signIn(await playwright.request.newContext({ baseURL: baseURL ?? "" }));
  const [subscription] = await erpnext.list("Service Subscription", [["status", "=", "Active"]], ["customer"]);
  const customer = String(subscription?.["customer"]);
  const dispatcher = await CustomerPage.open(browser, baseURL ?? "", customer, { user: DISPATCHER });
  await expect(dispatcher.office.page.getByRole("row").filter({ hasText: "$" }).first()).toBeVisible();
  await expect(dispatcher.value("Prix")).toHaveCount(0);
  await expect(dispatcher.region("Factures et paiements")).toHaveCount(0);
  const agent = await CustomerPage.open(browser, baseURL ?? "", customer);
  await expect(agent.value("Prix")).toBeVisible();
  await expect(agent.region("Factures et paiements")).toBeVisible();
  await dispatcher.office.stop();
  await agent.office.stop();
});
