import { expect, test } from "@playwright/test";
import type { CheckoutInput, OrderAccepted } from "@gigafibre/contracts/orders";
import type { LiveEvent } from "@gigafibre/contracts/events";
import { anAddress } from "./addresses.ts";
import { somebody } from "./order-page.ts";
import { ErpnextReader, messagesAbout, STANDS } from "./read-back.ts";

test("an agent's order by phone is invoiced at once, and its link opens a page to pay what is owed", async ({ page, request, baseURL }) => {
  const address = await anAddress(request, "available", { minSpeed: 150 });
  const person = somebody("Client Auphone");
  const origin = new URL(baseURL ?? "").origin;
  const signedIn = await page.request.post("/api/method/login", {
    form: { usr: "agent@gigafibre.test", pwd: "demo" },
    headers: { origin },
  });
  expect(signedIn.ok()).toBe(true);

  const dates = (await (await request.get("/api/install-dates")).json()) as { dates: { date: string }[] };
  const body: CheckoutInput = {
    address: {
      uuid: address.uuid,
      fibre_id: String(address.fibre_id),
      rue: address.rue,
      ville: address.ville,
      zip: address.zip,
      olt_port: String(address.olt_port),
      lat: address.lat,
      lng: address.lng,
    },
    customer: { name: person.name, email: person.email, phone: person.phone, language: "fr" },
    services: [
      { sku: "FTTH150I", type: "internet" },
      { sku: "TVBSTANDARD", type: "tv" },
      { sku: "TELEPMENS", type: "phone" },
    ],
    discount: { sku: "RAB_X", reason: "Panne de l'an dernier" },
    preferred_dates: dates.dates.slice(0, 3).map(({ date }) => date),
    phone: { e911_accepted: true },
    payment: { method: "invoice_later", send_payment_link: "both" },
  };
  const key = `agent-${crypto.randomUUID()}`;
  const guest = await request.post("/api/checkout", { data: body, headers: { "idempotency-key": key } });
  expect(guest.status()).toBe(422);
  const answer = await page.request.post("/api/checkout", { data: body, headers: { "idempotency-key": key, origin } });
  expect(answer.status(), await answer.text()).toBe(202);
  const { order_id: orderId } = (await answer.json()) as OrderAccepted;

  const erpnext = await ErpnextReader.signIn(request);
  await expect.poll(async () => (await erpnext.documentsOf(orderId)).invoices.length, STANDS).toBe(1);
  const [invoice] = (await erpnext.documentsOf(orderId)).invoices;
  expect(invoice).toMatchObject({ docstatus: 1 });
  expect(invoice?.["outstanding_amount"]).toBe(invoice?.["grand_total"]);

  await expect.poll(async () => (await messagesAbout(request, orderId)).some((message) => /\/pay\//.test(message.text)), STANDS).toBe(true);
  const link = (await messagesAbout(request, orderId)).map((message) => /https?:\/\/\S+\/pay\/[\w.-]+/.exec(message.text)?.[0]).find(Boolean) ?? "";
  await page.goto(link);
  await expect(page).toHaveURL(/\/c\/pay\/cs_/);
  const dollars = String(invoice?.["grand_total"]).split(".")[0] ?? "";
  await expect(page.getByText(new RegExp(dollars)).first()).toBeVisible();
});

test("staff, and nobody else, see order.created live, once, without personal data", async ({ page, request, baseURL }) => {
  const origin = new URL(baseURL ?? "").origin;
  expect((await request.get("/events")).status()).toBe(401);
  await page.request.post("/api/method/login", { form: { usr: "dispatch@gigafibre.test", pwd: "demo" }, headers: { origin } });
  await page.goto("/");
  const events = await page.evaluate(
    () =>
      new Promise<string[]>((resolve) => {
        const source = new EventSource("/events?after=0");
        const seen: string[] = [];
        const take = (event: Event) => void seen.push(String((event as unknown as { data: unknown }).data));
        for (const kind of ["message", "order.received", "order.created"]) source.addEventListener(kind, take);
        setTimeout(() => (source.close(), resolve(seen)), 3000);
      }),
  );
  const parsed = events.map((data) => JSON.parse(data) as LiveEvent);
  const created = parsed.filter((event) => event.kind === "order.created").map((event) => event.name);
  expect(created.length).toBeGreaterThan(0);
  expect(new Set(created).size).toBe(created.length);
  for (const event of parsed) expect(Object.keys(event).sort()).toEqual(["at", "doctype", "id", "kind", "name"]);
});
