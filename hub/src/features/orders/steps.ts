/**
 * The unit of work of an order: every document it makes in ERPNext, built once at intake and frozen. Pure: the same order gives the same
 * steps, and what is random was drawn before.
 */
import type { AddressDetails } from "@gigafibre/contracts/addresses";
import type { Catalog, CatalogItem } from "@gigafibre/contracts/catalog";
import { findItem } from "@gigafibre/contracts/catalog";
import { TIME_ZONE } from "@gigafibre/contracts/dates";
import type { IsoDate } from "@gigafibre/contracts/dates";
import { firstInvoice } from "@gigafibre/contracts/invoices";
import { dollarsFromCents } from "@gigafibre/contracts/money";
import type { Checkout } from "@gigafibre/contracts/orders";
import type { Quote, QuoteLine } from "@gigafibre/contracts/pricing";
import type { Step, StepValue, StepValues } from "@gigafibre/contracts/unit-of-work";
import { escapeHtml } from "../messages/escape-html.ts";
import type { Drop } from "../ports/ports.ts";
import { invoiceSteps } from "./invoice-steps.ts";
import type { InvoiceSettings } from "./invoice-steps.ts";
import { installationTasks } from "./tasks.ts";
import { sipUsername } from "./wifi-names.ts";
import type { DrawnSecrets } from "./wifi-names.ts";

export interface OrderFacts {
  readonly order_id: string;
  readonly received_at: Date;
  readonly body: Checkout;
  readonly address: AddressDetails;
  readonly drop: Drop;
  readonly catalog: Catalog;
  readonly quote: Quote;
  readonly secrets: DrawnSecrets;
  /** The customer an agent picked, and whether the e-mail given is already theirs. */
  readonly existing: { readonly name: string; readonly knows_email: boolean } | null;
  /** Where the order's invoice goes, when it is invoiced before the installation. */
  readonly invoice: InvoiceSettings | null;
}

const SERVICE_TYPE: Readonly<Record<CatalogItem["kind"], string>> = {
  internet: "Internet",
  tv: "TV",
  tv_addon: "TV",
  phone: "Phone",
  phone_fee: "Fee",
  discount: "Discount",
  // Sold once, so never a subscription; named so that the record stays complete.
  phone_activation: "Fee",
  tv_box: "Fee",
};

const ref = (field: string): StepValue => ({ $ref: field });

/** A field that is left out rather than written empty. */
function present(values: Readonly<Record<string, StepValue | undefined>>): StepValues {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, StepValue] => entry[1] !== undefined));
}

const companyClock = new Intl.DateTimeFormat("sv-SE", { timeZone: TIME_ZONE, dateStyle: "short", timeStyle: "medium" });

/** `2026-04-07 09:30:00`, as ERPNext keeps times: the company's own clock. */
export const erpnextTime = (instant: Date): string => companyClock.format(instant);

/** `450-555-0123` */
export function writtenPhone(tenDigits: string): string {
  return tenDigits.replace(/^(\d{3})(\d{3})(\d{4})$/, "$1-$2-$3");
}

/** Lines to connect, each with its own telephone. */
export function phoneLinesOf(order: Pick<OrderFacts, "quote">): number {
  return order.quote.monthly.filter((line) => line.kind === "phone").reduce((count, line) => count + line.quantity, 0);
}

/** `FTTH 150M + TV Standard + Phone` */
export function orderNotes(order: Pick<OrderFacts, "body" | "catalog">): string {
  return order.body.services
    .map(({ sku, quantity = 1 }) => {
      const item = findItem(order.catalog, sku);
      if (item?.kind === "internet") return `FTTH ${item.download_mbps ?? "?"}M`;
      if (item?.kind === "phone") return quantity > 1 ? `${quantity} Phone` : "Phone";
      return item?.name ?? sku;
    })
    .join(" + ");
}

export function buildSteps(order: OrderFacts): Step[] {
  const customer = order.existing ? order.existing.name : ref("customer.name");
  const equipment = equipmentSteps(order, customer);
  return [
    { op: "expect", doctype: "Dispatch Job", filters: { order_id: order.order_id }, count: 0 },
    { op: "expect", doctype: "Service Location", filters: { fibre_id: order.drop.id }, count: 0 },
    ...personSteps(order, customer),
    locationStep(order, customer),
    ...subscriptionSteps(order, customer),
    ...equipment,
    projectStep(order, customer),
    ...installationTasks({ drop: order.drop, phoneLines: phoneLinesOf(order) }).map(
      (task, index): Step => ({
        op: "insert",
        doctype: "Task",
        as: `task_${index + 1}`,
        values: { subject: task.subject, project: ref("project.name"), team: task.team, status: "Open" },
      }),
    ),
    jobStep(order, customer, equipment),
    ...(order.invoice ? invoiceOf(order, order.invoice, customer) : []),
  ];
}

/** One whole month and what is charged once: its days are not known yet. */
function invoiceOf(order: OrderFacts, settings: InvoiceSettings, customer: StepValue): Step[] {
  const language = order.body.customer.language ?? "fr";
  return invoiceSteps({ order_id: order.order_id, customer, project: ref("project.name"), language, invoice: firstInvoice(order.quote, null) }, settings);
}

/** Customer, Contact and Address; of a customer who exists, only what is new. */
function personSteps(order: OrderFacts, customer: StepValue): Step[] {
  const { body, existing } = order;
  const link = [{ link_doctype: "Customer", link_name: customer }];
  const card: StepValues =
    body.payment.method === "stripe_setup"
      ? { stripe_customer_id: body.payment.stripe_customer_id, stripe_payment_method: body.payment.stripe_payment_method, ppa_enabled: 1 }
      : {};
  const steps: Step[] = [];
  if (!existing) {
    steps.push({
      op: "insert",
      doctype: "Customer",
      as: "customer",
      values: present({
        customer_name: body.customer.name,
        customer_type: "Individual",
        customer_group: "Résidentiel",
        preferred_language: body.customer.language ?? "fr",
        order_id: order.order_id,
        ...card,
        ...(body.consents
          ? {
              terms_version: body.consents.terms_version,
              terms_accepted_on: erpnextTime(order.received_at),
              marketing_consent: body.consents.marketing ? 1 : 0,
            }
          : {}),
      }),
    });
  } else if (body.payment.method === "stripe_setup") {
    steps.push({ op: "update", doctype: "Customer", name: existing.name, values: card });
  }
  if (!existing?.knows_email) {
    const words = body.customer.name.split(/\s+/);
    const last = words.length > 1 ? words.at(-1) : undefined;
    steps.push({
      op: "insert",
      doctype: "Contact",
      as: "contact",
      values: present({
        first_name: last === undefined ? body.customer.name : words.slice(0, -1).join(" "),
        last_name: last,
        is_primary_contact: existing ? 0 : 1,
        email_ids: [{ email_id: body.customer.email, is_primary: 1 }],
        phone_nos: [{ phone: writtenPhone(body.customer.phone), is_primary_phone: 1, is_primary_mobile_no: 1 }],
        links: link,
      }),
    });
  }
  steps.push({
    op: "insert",
    doctype: "Address",
    as: "address",
    values: {
      address_title: body.customer.name,
      address_type: existing ? "Shipping" : "Billing",
      address_line1: order.address.rue,
      city: order.address.ville,
      state: "QC",
      pincode: order.address.zip,
      country: "Canada",
      is_primary_address: existing ? 0 : 1,
      is_shipping_address: 1,
      links: link,
    },
  });
  if (!existing) {
    // ERPNext fetches a customer's e-mail and phone from the contact named here; written directly they are lost.
    steps.push({
      op: "update",
      doctype: "Customer",
      name: { $ref: "customer.name" },
      values: { customer_primary_contact: ref("contact.name"), customer_primary_address: ref("address.name") },
    });
  }
  return steps;
}

function locationStep({ address, drop }: OrderFacts, customer: StepValue): Step {
  return {
    op: "insert",
    doctype: "Service Location",
    as: "location",
    values: {
      customer,
      status: "Pending Install",
      connection_type: "FTTH",
      address_line: address.rue,
      city: address.ville,
      postal_code: address.zip,
      municipality: address.ville,
      latitude: address.lat,
      longitude: address.lng,
      rqa_uuid: address.uuid,
      fibre_id: drop.id,
      olt_name: drop.olt_name,
      olt_ip: drop.olt_ip,
      olt_frame: String(drop.frame),
      olt_slot: String(drop.slot),
      olt_port: String(drop.port),
      ont_id: String(drop.ontid),
      zone_tarifaire: drop.zone_tarifaire,
    },
  };
}

/** One a line; each phone line its own, for it has its own number and can be cancelled on its own, with its 911 fee. */
function subscriptionSteps(order: OrderFacts, customer: StepValue): Step[] {
  const lines = order.quote.monthly.flatMap((line): QuoteLine[] =>
    line.kind === "phone" || line.kind === "phone_fee" ? Array.from({ length: line.quantity }, () => ({ ...line, quantity: 1 })) : [line],
  );
  const { address, body } = order;
  let phoneLines = 0;
  return lines.map((line, index): Step => {
    const firstPhone = line.kind === "phone" && phoneLines++ === 0;
    const committed = line.kind === "internet" || line.sku.startsWith(`RAB${body.commitment_months ?? 0}M`);
    return {
      op: "insert",
      doctype: "Service Subscription",
      as: `subscription_${index + 1}`,
      values: present({
        customer,
        service_location: ref("location.name"),
        status: "Pending",
        item: line.sku,
        service_type: SERVICE_TYPE[line.kind],
        quantity: line.quantity,
        price: dollarsFromCents(line.unit_cents),
        commitment_months: committed ? (body.commitment_months ?? 0) : 0,
        line_profile: findItem(order.catalog, line.sku)?.line_profile,
        order_id: order.order_id,
        ...(line.kind === "phone"
          ? { e911_address: `${address.rue}, ${address.ville} (Québec) ${address.zip}`, e911_accepted_on: erpnextTime(order.received_at) }
          : {}),
        // A number is brought along by one line.
        ported_from: firstPhone ? body.phone?.keep_number : undefined,
      }),
    };
  });
}

/** Empty templates that wait for their device, with what it will be told. */
function equipmentSteps(order: OrderFacts, customer: StepValue): (Step & { op: "insert"; as: string })[] {
  const boxes = order.quote.once.filter((line) => line.kind === "tv_box" && line.unit_cents > 0).reduce((sum, line) => sum + line.quantity, 0);
  const { secrets } = order;
  const templates: { type: string; more: Record<string, StepValue | undefined> }[] = [
    { type: "ONT", more: {} },
    { type: "Routeur", more: { custom_wifi_ssid: secrets.wifi_ssid, custom_wifi_password: secrets.wifi_password } },
    ...Array.from({ length: boxes }, () => ({ type: "Décodeur TV", more: {} })),
    ...Array.from({ length: phoneLinesOf(order) }, (_, line) => ({
      type: "Téléphone IP",
      more: { custom_sip_username: sipUsername(order.order_id, line + 1), custom_sip_password: secrets.sip_passwords[line] },
    })),
  ];
  return templates.map(({ type, more }, index) => ({
    op: "insert",
    doctype: "Service Equipment",
    as: `equipment_${index + 1}`,
    values: present({ customer, service_location: ref("location.name"), equipment_type: type, status: "En attente", ...more }),
  }));
}

/** Its name must be unique in ERPNext, and is read by people: a customer's first has their name only, any further one the order's too. */
function projectStep(order: OrderFacts, customer: StepValue): Step {
  const { discount } = order.body;
  return {
    op: "insert",
    doctype: "Project",
    as: "project",
    values: {
      project_name: order.existing ? `Installation - ${order.existing.name} - ${order.order_id}` : { $format: "Installation - {customer.name}" },
      status: "Open",
      customer,
      order_id: order.order_id,
      service_location: ref("location.name"),
      // Why an agent gave a discount is for the office, not for the technician's notes.
      ...(discount ? { notes: `<p>${discount.sku}: ${escapeHtml(discount.reason)}</p>` } : {}),
    },
  };
}

function jobStep(order: OrderFacts, customer: StepValue, equipment: readonly { as: string }[]): Step {
  const { body, drop } = order;
  const dates: readonly IsoDate[] = body.preferred_dates === "contact_me" ? [] : body.preferred_dates;
  const notes = [
    orderNotes(order),
    ...(drop.on_request ? ["Raccordement à construire avant l'installation."] : []),
    ...(dates.length === 0 ? ["Appeler le client pour la date."] : []),
    ...(body.phone?.keep_number ? [`Numéro à conserver: ${writtenPhone(body.phone.keep_number)}`] : []),
  ];
  return {
    op: "insert",
    doctype: "Dispatch Job",
    as: "job",
    values: {
      customer,
      service_location: ref("location.name"),
      project: ref("project.name"),
      job_type: "Installation",
      status: "Open",
      order_id: order.order_id,
      contact_phone: writtenPhone(body.customer.phone),
      preferred_dates: dates.map((date) => ({ date })),
      required_tags: [{ tag: "Fibre" }, { tag: "Installation" }],
      equipment_list: equipment.map(({ as }) => ({ service_equipment: ref(`${as}.name`) })),
      charges: order.quote.once.map((line) => ({
        item: line.sku,
        label: line.label.fr,
        kind: line.unit_cents < 0 ? "credit" : "charge",
        quantity: line.quantity,
        rate: dollarsFromCents(Math.abs(line.unit_cents)),
      })),
      notes: notes.join("\n"),
    },
  };
}
