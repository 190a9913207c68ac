import { expect, test } from "@playwright/test";
import { anAddress, misspelt } from "./addresses.ts";
import { OrderPage, somebody } from "./order-page.ts";
import { ErpnextReader, messagesAbout, STANDS } from "./read-back.ts";

test("an order is cancelled from its own page: said before what happens, done in ERPNext, told, and the address is free again", async ({ page, request }) => {
  const address = await anAddress(request, "available", { minSpeed: 150 });
  const order = new OrderPage(page);
  await order.begin(misspelt(address), address.label);
  await order.plan(/^150 Mbit/);
  await order.tv(/Standard/);
  await order.phone(/1 ligne/);
  await order.contact(somebody());
  await order.dates();
  await order.card("4242424242424242");
  await order.confirm.click();
  const orderId = await order.accepted();
  const erpnext = await ErpnextReader.signIn(request);
  await expect.poll(async () => (await erpnext.documentsOf(orderId)).jobs.length, STANDS).toBe(1);

  await page.getByRole("button", { name: "Annuler ma commande" }).click(STANDS);
  await expect(page.getByText("Rien n'a été débité et rien ne le sera.")).toBeVisible(STANDS);
  await page.getByRole("button", { name: "Oui, annuler" }).click();
  await expect(page.getByRole("heading", { name: "Cette commande est annulée." })).toBeVisible(STANDS);
  const documents = await erpnext.documentsOf(orderId);
  expect([documents.jobs[0]?.["status"], documents.locations[0]?.["status"]]).toEqual(["Cancelled", "Cancelled"]);
  await expect.poll(async () => ((await (await request.get(`/api/address/${address.uuid}`)).json()) as { status: string }).status, STANDS).toBe("available");
  await expect.poll(async () => (await messagesAbout(request, orderId)).some((message) => message.channel === "sms" && /annulée/.test(JSON.stringify(message))), STANDS).toBe(true);
});
