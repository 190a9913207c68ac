import { expect, test } from "@playwright/test";
import type { Page } from "@playwright/test";
import { anAddress } from "./addresses.ts";
import { OrderPage, somebody } from "./order-page.ts";
import type { Person } from "./order-page.ts";
import { ErpnextReader, messagesAbout, STANDS } from "./read-back.ts";

/** Everything up to the filled card form, with the simplest choices. */
async function upToCard(page: Page, label: string, person: Person): Promise<OrderPage> {
  const order = new OrderPage(page);
  await order.begin(label, label);
  await order.plan(/^25 Mbit/);
  await order.tv(/Pas de télé/);
  await order.phone(/Pas de téléphone/);
  await order.contact(person);
  await order.dates();
  await order.card("4242424242424242");
  return order;
}

test("pressing twice and reloading while it is sent makes one order", async ({ page, request }) => {
  const address = await anAddress(request, "available");
  const person = somebody("Paul Presse");
  const order = await upToCard(page, address.label, person);
  const sent = page.waitForRequest((candidate) => candidate.url().endsWith("/api/checkout"));
  await order.confirm.dblclick();
  await sent;
  await page.reload();
  // However far it had come when the page was reloaded, the person finds a way on to the one order.
  const onward = page
    .getByRole("button", { name: /Confirmer ma commande|Réessayer|Vérifier ma commande/ })
    .or(page.getByRole("link", { name: /Suivre ma commande|Vérifier ma commande/ }));
  await expect(async () => {
    if (await onward.first().isVisible()) await onward.first().click({ timeout: 1_000 });
    expect(page.url()).toMatch(/\/commande\/GF-/);
  }).toPass({ timeout: 30_000 });
  const orderId = await order.accepted();

  const erpnext = await ErpnextReader.signIn(request);
  await expect.poll(async () => (await erpnext.documentsOf(orderId)).jobs.length, STANDS).toBe(1);
  expect(await erpnext.list("Customer", [["customer_name", "=", person.name]])).toHaveLength(1);
  await expect.poll(async () => (await messagesAbout(request, orderId)).filter((message) => message.channel === "sms"), STANDS).toHaveLength(1);
});

test("two browsers at the same door: one has the order, the other is told what to do", async ({ browser, request }) => {
  const address = await anAddress(request, "available");
  const people = [somebody("Première Arrivée"), somebody("Deuxième Arrivée")];
  const contexts = await Promise.all(people.map(() => browser.newContext()));
  const orders: OrderPage[] = [];
  for (const [index, context] of contexts.entries()) orders.push(await upToCard(await context.newPage(), address.label, people[index] ?? somebody()));
  await Promise.all(orders.map((order) => order.confirm.click()));

  const refused = (order: OrderPage) => order.page.getByText(/vient d.être réservé/);
  const confirmed = (order: OrderPage) => order.page.getByRole("heading", { name: /Merci! Votre commande/ });
  for (const order of orders) await expect(refused(order).or(confirmed(order)).first()).toBeVisible({ timeout: 20_000 });
  const winners = await Promise.all(orders.map((order) => confirmed(order).isVisible()));
  const erpnext = await ErpnextReader.signIn(request);
  if (winners.filter(Boolean).length === 1) {
    await expect.poll(() => erpnext.list("Service Location", [["fibre_id", "=", address.fibre_id]]), STANDS).toHaveLength(1);
  } else {
    // A duplex has two drops: then, and only then, both may have one each.
    const locations = () => erpnext.list("Service Location", [["rqa_uuid", "=", address.uuid]], ["name", "fibre_id"]);
    await expect.poll(async () => new Set((await locations()).map((row) => row["fibre_id"])).size, STANDS).toBe(2);
  }
  for (const context of contexts) await context.close();
});

test("a declined card is said so, nothing is ordered, and another card goes through", async ({ page, request }) => {
  const address = await anAddress(request, "available");
  const order = new OrderPage(page);
  await order.begin(address.label, address.label);
  await order.plan(/^25 Mbit/);
  await order.tv(/Pas de télé/);
  await order.phone(/Pas de téléphone/);
  await order.contact(somebody("Carte Refusée"));
  await order.dates();
  await order.card("4000000000000002");
  await order.confirm.click();
  await expect(page.getByText("La carte n'a pas été acceptée.")).toBeVisible();
  expect(((await (await request.get(`/api/address/${address.uuid}`)).json()) as { status: string }).status).toBe("available");
  await order.cardFrame.getByLabel(/Numéro/).fill("4242424242424242");
  await order.confirm.click();
  await order.accepted();
});

test("a network that drops at the card is no fault of the card, and pressing again orders once", async ({ page, request, context }) => {
  const address = await anAddress(request, "available");
  const order = new OrderPage(page);
  await order.begin(address.label, address.label);
  await order.plan(/^25 Mbit/);
  await order.tv(/Pas de télé/);
  await order.phone(/Pas de téléphone/);
  await order.contact(somebody("Réseau Coupé"));
  await order.dates();
  await order.card("4242424242424242");
  await context.setOffline(true);
  await order.confirm.click();
  await expect(page.getByText("Le service de paiement n'a pas répondu.")).toBeVisible();
  await expect(page.getByText("Votre carte n'est pas en cause")).toBeVisible();
  await expect(page.getByText("La carte n'a pas été acceptée.")).toHaveCount(0);
  await context.setOffline(false);
  await order.confirm.click();
  await order.accepted();
});

test("the back button and a reload lose nothing of what was filled in", async ({ page, request }) => {
  const address = await anAddress(request, "available");
  const person = somebody("Retour Arrière");
  const order = new OrderPage(page);
  await order.begin(address.label, address.label);
  await order.plan(/^25 Mbit/);
  await order.tv(/Standard/);
  await order.phone(/Pas de téléphone/);
  await order.contact(person);
  await expect(order.heading("Quand pouvons-nous venir?")).toBeVisible();
  await page.goBack();
  await expect(page.getByLabel("Nom complet")).toHaveValue(person.name);
  await page.reload();
  await expect(page.getByLabel("Courriel")).toHaveValue(person.email);
  await page.goBack();
  await page.goBack();
  await expect(page.getByRole("radio", { name: /Standard/ })).toBeChecked();
});

test("a server that dies as it says yes leaves the order's page before the person, not an empty form", async ({ page, request }) => {
  const address = await anAddress(request, "available");
  const order = new OrderPage(page);
  await order.begin(address.label, address.label);
  await order.plan(/^25 Mbit/);
  await order.tv(/Pas de télé/);
  await order.phone(/Pas de téléphone/);
  await order.contact(somebody("Paul Tison"));
  await order.dates();
  await order.card("4242424242424242");
  // From here on nothing more of the site comes.
  await page.route("**/assets/**", (route) => route.abort());
  await order.confirm.click();
  const orderId = await order.accepted();
  await expect(page.getByText(orderId).first()).toBeVisible();
});
