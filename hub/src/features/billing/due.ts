/** Active subscriptions whose next billing date has come, by ERPNext. */
import type { DueList } from "@gigafibre/contracts/billing";
import type { IsoDate } from "@gigafibre/contracts/dates";
import { centsFromDollars, formatMoney } from "@gigafibre/contracts/money";
import type { Language } from "@gigafibre/contracts/language";
import type { ErpnextClient } from "../../plugins/erpnext.ts";

interface Subscription extends Record<string, unknown> {
  readonly name: string;
  readonly customer: string;
  readonly service_location: string;
  readonly item: string;
  readonly item_name: string | null;
  readonly quantity: number;
  readonly price: number;
  readonly next_billing_date: string;
}

/** @throws ErpnextUnavailable, ErpnextRefused */
export async function dueOn(erpnext: ErpnextClient, today: IsoDate): Promise<DueList> {
  const due = await erpnext.list<Subscription>("Service Subscription", {
    fields: ["name", "customer", "service_location", "item", "item_name", "quantity", "price", "next_billing_date"],
    filters: [
      ["status", "=", "Active"],
      ["next_billing_date", "is", "set"],
      ["next_billing_date", "<=", today],
    ],
    order_by: "next_billing_date asc, customer asc, name asc",
  });
  const subscriptions = due.map(({ item_name, price, ...each }) => ({
    name: each.name,
    customer: each.customer,
    service_location: each.service_location,
    item: each.item,
    label: item_name ?? each.item,
    quantity: each.quantity,
    amount_cents: centsFromDollars(price) * each.quantity,
    next_billing_date: each.next_billing_date.slice(0, 10),
  }));
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
    ...subscriptions.map((each) => [each.next_billing_date, each.customer, each.service_location, `${each.quantity} × ${each.label}`, money(each.amount_cents)].join("  ")),
    language === "fr"
      ? `${subscriptions.length} abonnements à facturer, ${customers} clients, ${money(total_cents)} avant taxes`
      : `${subscriptions.length} subscriptions to bill, ${customers} customers, ${money(total_cents)} before tax`,
  ];
}
