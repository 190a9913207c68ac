import { expect, test } from "@playwright/test";
import { addDays, localDate } from "@gigafibre/contracts/dates";
import { formatMoney } from "@gigafibre/contracts/format-money";
import { ErpnextReader, STANDS } from "../read-back.ts";
import { AGENT, faultsOf, Office } from "./office.ts";

test("what is due from the second month on is on the office's home and on a page of its own, until it is billed", async ({ browser, request, baseURL }) => {
  const erpnext = await ErpnextReader.signIn(request);
  const [subscription] = await erpnext.list("Service Subscription", [["status", "=", "Active"], ["service_type", "=", "Internet"]]);
  if (!subscription) throw new Error("nobody has a service");
  const since = addDays(localDate(new Date()), -400);
  await erpnext.update("Service Subscription", subscription.name, { next_billing_date: since });

  const office = await Office.start(browser, baseURL ?? "");
  await office.signIn(AGENT);
  await office.page.getByRole("link", { name: "À facturer" }).click();
  await expect(office.heading("À facturer")).toBeVisible();
  // The longest due is the first.
  const first = office.page.getByRole("row").nth(1);
  const said = new Intl.DateTimeFormat("fr-CA", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(new Date(since));
  await expect(first).toContainText(said);
  const place = await erpnext.get("Service Location", String(subscription["service_location"]));
  await expect(first).toContainText(String((await erpnext.get("Customer", String(subscription["customer"])))["customer_name"]));
  await expect(first).toContainText(`${String(place["address_line"])}, ${String(place["city"])}`);
  await expect(first).toContainText(formatMoney(Math.round(Number(subscription["price"]) * 100), "fr"));
  expect(await faultsOf(office.page, "due")).toEqual([]);

  // Somebody bills it: it is gone without a reload.
  await erpnext.update("Service Subscription", subscription.name, { next_billing_date: addDays(localDate(new Date()), 20) });
  await expect(office.page.getByText(said)).toHaveCount(0, STANDS);
  await office.stop();
});
