/** Active subscriptions whose next billing date has come, by ERPNext. */
import type { DueList } from "@gigafibre/contracts/billing";
import type { IsoDate } from "@gigafibre/contracts/dates";
import { centsFromDollars, formatMoney } from "@gigafibre/contracts/money";
import type { Language } from "@gigafibre/contracts/language";
import { textOf } from "../../erpnext-document.ts";
import type { AskedList, ErpnextClient } from "../../plugins/erpnext.ts";

const SUBSCRIPTION = ["name", "customer", "service_location", "item", "item_name", "quantity", "price", "next_billing_date"];

/** @throws ErpnextUnavailable, ErpnextRefused */
export async function dueOn(erpnext: ErpnextClient, today: IsoDate): Promise<DueList> {
  const asked: AskedList[] = [
    {
      as: "due", doctype: "Service Subscription", fields: SUBSCRIPTION, filters: [["status", "=", "Active"], ["next_billing_date", "is", "set"], ["next_billing_date", "<=", today]],
      order_by: "next_billing_date asc, customer asc, name asc",
    },
    { as: "customers", doctype: "Customer", fields: ["name", "customer_name"], filters: [["name", "in", { $names: "due", field: "customer" }]] },
    { as: "places", doctype: "Service Location", fields: ["name", "address_line", "city"], filters: [["name", "in", { $names: "due", field: "service_location" }]] },
  ];
  const { lists } = await erpnext.lists(asked, {});
  const titles = (list: string, fields: readonly string[]): ReadonlyMap<string, string> => new Map((lists[list] ?? []).map((row) => [textOf(row, "name"), fields.map((field) => textOf(row, field)).filter(Boolean).join(", ")]));
  const [customers, places] = [titles("customers", ["customer_name"]), titles("places", ["address_line", "city"])];
  const subscriptions = (lists["due"] ?? []).map((row) => {
    const [customer, service_location, item, quantity] = [textOf(row, "customer"), textOf(row, "service_location"), textOf(row, "item"), Number(row["quantity"] ?? 1)];
    return {
      name: textOf(row, "name"),
      customer,
      customer_title: customers.get(customer) || customer,
      service_location,
      place_title: places.get(service_location) || service_location,
      item,
      label: textOf(row, "item_name") || item,
      quantity,
      amount_cents: centsFromDollars(Number(row["price"] ?? 0)) * quantity,
      next_billing_date: textOf(row, "next_billing_date").slice(0, 10),
    };
  });
  return {
    today,
    customers: new Set(subscriptions.map(({ customer }) => customer)).size,
    total_cents: subscriptions.reduce((sum, { amount_cents }) => sum + amount_cents, 0),
    subscriptions,
  };
}

/** A line each, and their sum; for a terminal. */
export function linesOf({ subscriptions, customers, total_cents }: DueList, language: Language): string[] {
  const money = (cents: number): string => formatMoney(cents, language);
  return [
    ...subscriptions.map((each) => [each.next_billing_date, each.customer_title, each.place_title, `${each.quantity} × ${each.label}`, money(each.amount_cents)].join("  ")),
    language === "fr"
      ? `${subscriptions.length} abonnements à facturer, ${customers} clients, ${money(total_cents)} avant taxes`
      : `${subscriptions.length} subscriptions to bill, ${customers} customers, ${money(total_cents)} before tax`,
  ];
}
