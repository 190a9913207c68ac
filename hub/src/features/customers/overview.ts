/** A customer as one page shows them: one call of ERPNext as the person who asks, and what the hub itself holds. */
import type { FastifyInstance } from "fastify";
import { heldDocument, threadKind } from "@gigafibre/contracts/customer-360";
import type { CustomerOverview, HeldDocument, PanelName } from "@gigafibre/contracts/customer-360";
import type { Caller, Row } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { stoppedAmong } from "../messages/stops.ts";
import { chargesOf, devicesOf, dropsOf, ordersOf, sentTo } from "./hub-side.ts";
import { balanceOf, EDITED, invoicesOf, openInvoices, panelLists, paymentsOf, textOf } from "./panels.ts";
import type { Lists } from "./panels.ts";
import type { CardAnswer } from "./saved-card.ts";
import { entriesOf, pageOf, threadLists } from "./thread.ts";

const ALL_KINDS = new Set(threadKind.options);
/** Panels that are lists of ERPNext's, by the list that a role may be kept from. */
const PANELS: Readonly<Partial<Record<PanelName, string>>> = {
  contacts: "contacts", addresses: "addresses", balance: "invoices", locations: "locations", subscriptions: "subscriptions", equipment: "equipment", invoices: "invoices",
  payments: "payments", issues: "issues", jobs: "jobs",
};

const held = (row: Row): HeldDocument => heldDocument.parse(row);
const names = (rows: readonly Row[] | null | undefined, field: string): string[] => [...new Set((rows ?? []).map((row) => textOf(row, field)).filter(Boolean))];

/** @throws Refusal `not_found` when there is no such customer, or the person may not see them */
export async function overviewOf(app: FastifyInstance, customer: string, caller: Caller, cardOf: (method: string) => Promise<CardAnswer>): Promise<CustomerOverview> {
  const [{ lists, rights }, orders, sent] = await Promise.all([
    app.erpnext.lists([...panelLists(customer), ...threadLists(customer, {}, ALL_KINDS)], caller, EDITED),
    ordersOf(app, customer),
    sentTo(app, customer, {}),
  ]);
  const document = lists["customer"]?.[0];
  if (!document) throw new Refusal("not_found");
  const [card, drops, devices, stopped, charges] = await Promise.all([
    cardOf(textOf(document, "stripe_payment_method")),
    dropsOf(app, names(lists["locations"], "fibre_id")),
    devicesOf(app, names(lists["equipment"], "name")),
    stoppedAmong(app, names(lists["phones"], "phone")),
    chargesOf(app, openInvoices(lists)),
  ]);
  const absent: CustomerOverview["absent"] = {};
  for (const [panel, list] of Object.entries(PANELS)) if (!lists[list]) absent[panel as PanelName] = "not_permitted";
  if (card === "unavailable") absent.card = "unavailable";

  const locations = lists["locations"] ?? null;
  const known = new Set(names(locations, "name"));
  const at = (place: string | null) => {
    const there = (row: Row): boolean => (place === null ? !known.has(textOf(row, "service_location")) : textOf(row, "service_location") === place);
    return {
      subscriptions: lists["subscriptions"]?.filter(there).map(held) ?? null,
      equipment: lists["equipment"]?.filter(there).map((row) => ({ ...held(row), device: devices.get(textOf(row, "name")) ?? null })) ?? null,
    };
  };
  return {
    customer: held(document),
    contacts: contactsOf(lists, stopped),
    addresses: lists["addresses"]?.map(held) ?? null,
    balance: balanceOf(lists),
    card: card === "unavailable" ? null : card.card,
    locations: locations?.map((row) => ({ ...held(row), drop: drops.get(textOf(row, "fibre_id")) ?? null, ...at(textOf(row, "name")) })) ?? null,
    elsewhere: at(null),
    invoices: invoicesOf(lists, charges),
    payments: paymentsOf(lists),
    orders,
    thread: pageOf([...entriesOf(lists), ...sent], {}),
    absent,
    rights,
  };
}

function contactsOf(lists: Lists, stopped: ReadonlySet<string>): CustomerOverview["contacts"] {
  if (!lists["contacts"]) return null;
  const of = (list: string, contact: Row): readonly Row[] => (lists[list] ?? []).filter(({ parent }) => parent === contact["name"]);
  return lists["contacts"].map((contact) => ({
    ...held(contact),
    email_ids: of("emails", contact).map((row) => ({ ...row, name: textOf(row, "name"), email_id: textOf(row, "email_id") })),
    phone_nos: of("phones", contact).map((row) => ({ ...row, name: textOf(row, "name"), phone: textOf(row, "phone"), sms_stopped: stopped.has(textOf(row, "phone")) })),
  }));
}
