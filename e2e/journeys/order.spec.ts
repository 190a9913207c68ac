import { expect, test } from "@playwright/test";
import { anAddress, misspelt } from "./addresses.ts";
import { OrderPage, somebody } from "./order-page.ts";
import { ErpnextReader, messagesAbout, paymentsAtStripe, STANDS } from "./read-back.ts";

test("a misspelt address becomes an order, and every document of it stands in ERPNext", async ({ page, request }) => {
  const address = await anAddress(request, "available", { minSpeed: 150 });
  const order = new OrderPage(page);
  const person = somebody();

  await order.begin(misspelt(address), address.label);
  await order.plan(/^150 Mbit/);
  await order.tv(/Standard/);
  await order.phone(/1 ligne/);
  await order.contact(person);
  await order.dates();
  await order.card("4242424242424242");
  await order.confirm.click();
  const orderId = await order.accepted();

  const erpnext = await ErpnextReader.signIn(request);
  await expect.poll(async () => (await erpnext.documentsOf(orderId)).jobs.length, STANDS).toBe(1);
  const documents = await erpnext.documentsOf(orderId);
  expect(documents.customers).toHaveLength(1);
  expect(documents.contacts).toHaveLength(1);
  expect(documents.locationsOfCustomer).toHaveLength(1);
  expect(documents.locations[0]).toMatchObject({ status: "Pending Install", fibre_id: address.fibre_id });
  expect(documents.subscriptions.map((row) => row["item"]).sort()).toEqual(["FTTH150I", "RAB3X", "SERV911", "TELEPMENS", "TVBSTANDARD"]);
  expect(new Set(documents.subscriptions.map((row) => row["status"]))).toEqual(new Set(["Pending"]));
  expect(documents.equipment.map((row) => row["equipment_type"]).sort()).toEqual(["Décodeur TV", "ONT", "Routeur", "Téléphone IP"]);
  expect(documents.projects).toHaveLength(1);
  expect(documents.tasks).toHaveLength(8);
  expect(documents.invoices).toHaveLength(0);
  expect(documents.jobs[0]).toMatchObject({ status: "Open", job_type: "Installation", order_id: orderId });
  expect(documents.jobs[0]?.["preferred_dates"]).toHaveLength(3);
  expect(documents.jobs[0]?.["equipment_list"]).toHaveLength(4);

  const taken = (await (await request.get(`/api/address/${address.uuid}`)).json()) as { status: string; fibre_id: string | null };
  expect(taken.fibre_id === address.fibre_id && taken.status === "available").toBe(false);

  await expect.poll(async () => (await messagesAbout(request, orderId)).map((message) => message.channel).sort(), STANDS).toEqual(["email", "slack", "sms", "webhook"]);
  expect(await paymentsAtStripe(request, String(documents.customers[0]?.["stripe_customer_id"]))).toHaveLength(0);

  await expect(page.getByText(orderId).first()).toBeVisible();
});

test("a card that needs authentication goes to its bank and comes back to one order", async ({ page, request }) => {
  const address = await anAddress(request, "available");
  const order = new OrderPage(page);
  await order.begin(address.label, address.label);
  await order.plan(/^25 Mbit/);
  await order.tv(/Pas de télé/);
  await order.phone(/Pas de téléphone/);
  await order.contact(somebody("Luc Gagnon"));
  await order.dates();
  await order.card("4000002500003155");
  await order.confirm.click();
  await page.getByRole("button", { name: /^Terminer l.authentification$/ }).click();
  const orderId = await order.accepted();
  const erpnext = await ErpnextReader.signIn(request);
  await expect.poll(async () => (await erpnext.documentsOf(orderId)).jobs.length, STANDS).toBe(1);
  const documents = await erpnext.documentsOf(orderId);
  expect(documents.equipment).toHaveLength(2);
  expect(documents.tasks).toHaveLength(7);
});

test("an address whose drop is yet to be built orders without dates, with a task to build it", async ({ page, request }) => {
  const address = await anAddress(request, "on_request");
  const order = new OrderPage(page);
  await order.begin(address.label, address.label);
  await order.plan(/^25 Mbit/);
  await order.tv(/Pas de télé/);
  await order.phone(/Pas de téléphone/);
  await order.contact(somebody("Anne Roy"));
  await order.card("4242424242424242");
  await order.confirm.click();
  const orderId = await order.accepted();
  const erpnext = await ErpnextReader.signIn(request);
  await expect.poll(async () => (await erpnext.documentsOf(orderId)).jobs.length, STANDS).toBe(1);
  const documents = await erpnext.documentsOf(orderId);
  expect(documents.tasks.map((task) => task["subject"])).toContain("Construire le raccordement");
  expect(documents.jobs[0]?.["preferred_dates"] ?? []).toHaveLength(0);
});
