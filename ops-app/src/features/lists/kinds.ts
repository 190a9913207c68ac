/** The kinds of list: a DocType each, with what it shows at first. All else is the DocType's own, by its meta. */
import type { FindKind } from "@gigafibre/contracts/find";
import type { Bilingual } from "@gigafibre/contracts/language";

export type Tone = "good" | "warn" | "bad" | "info" | "";

export interface ListKind {
  /** As it stands in the address. */
  readonly slug: string;
  readonly doctype: string;
  readonly label: Bilingual;
  /** What a row opens. */
  readonly opens: FindKind;
  /** Whose it is. */
  readonly customer: string | null;
  /** What people call it by. */
  readonly title: string;
  readonly columns: readonly string[];
  /** Looked through by the search box. */
  readonly searched: readonly string[];
  readonly sort: string;
  readonly tones: Readonly<Record<string, Tone>>;
  /** The field that says who it is given to; `_assign` is no field, and is given by its own way. */
  readonly assigned: string | null;
}

/** Frappe's own assignment: a list of users. */
export const ASSIGN = "_assign";

const PLACE = { Active: "good", "Pending Install": "info", Pending: "info", Suspended: "warn", Cancelled: "" } as const satisfies Record<string, Tone>;

export const KINDS: readonly ListKind[] = [
  {
    slug: "clients", doctype: "Customer", label: { fr: "Clients", en: "Customers" }, opens: "customer", customer: "name", title: "customer_name",
    columns: ["customer_name", "mobile_no", "email_id", "customer_group", "ppa_enabled", "legacy_customer_id", "creation"],
    searched: ["name", "customer_name", "mobile_no", "email_id", "legacy_customer_id", "primary_address"], sort: "customer_name", tones: {}, assigned: "account_manager",
  },
  {
    slug: "lieux", doctype: "Service Location", label: { fr: "Lieux", en: "Locations" }, opens: "location", customer: "customer", title: "address_line",
    columns: ["address_line", "city", "customer_name", "status", "connection_type", "fibre_id", "olt_name", "activated_on"],
    searched: ["name", "address_line", "city", "postal_code", "customer_name", "fibre_id"], sort: "address_line", tones: PLACE, assigned: null,
  },
  {
    slug: "abonnements", doctype: "Service Subscription", label: { fr: "Abonnements", en: "Subscriptions" }, opens: "subscription", customer: "customer", title: "item_name",
    columns: ["item_name", "customer", "service_location", "status", "service_type", "quantity", "price", "next_billing_date"],
    searched: ["name", "item_name", "customer", "service_location", "phone_number", "order_id"], sort: "-creation", tones: PLACE, assigned: null,
  },
  {
    slug: "equipements", doctype: "Service Equipment", label: { fr: "Équipements", en: "Equipment" }, opens: "equipment", customer: "customer", title: "serial_number",
    columns: ["equipment_type", "serial_number", "mac_address", "customer", "service_location", "status", "connection_state", "rx_power_dbm"],
    searched: ["name", "serial_number", "gpon_sn", "mac_address", "model", "customer", "service_location"], sort: "-modified",
    tones: { Actif: "good", "En attente": "info", Retourné: "", Défectueux: "bad", Connected: "good", Offline: "warn", "Never seen": "" }, assigned: null,
  },
  {
    slug: "visites", doctype: "Dispatch Job", label: { fr: "Visites", en: "Visits" }, opens: "job", customer: "customer", title: "customer_name",
    columns: ["customer_name", "city", "job_type", "status", "technician_name", "scheduled_start", "order_id"],
    searched: ["name", "customer_name", "address_line", "city", "contact_phone", "order_id"], sort: "-scheduled_start",
    tones: { Open: "warn", Scheduled: "info", "En Route": "info", "In Progress": "info", Completed: "good", Cancelled: "" }, assigned: "assigned_to",
  },
  {
    slug: "billets", doctype: "Issue", label: { fr: "Billets", en: "Tickets" }, opens: "issue", customer: "customer", title: "subject",
    columns: ["subject", "customer", "status", "priority", "_assign", "issue_type", "opening_date"], searched: ["name", "subject", "customer", "raised_by"], sort: "-creation",
    tones: { Open: "warn", Replied: "info", "On Hold": "", Resolved: "good", Closed: "" }, assigned: ASSIGN,
  },
  {
    slug: "pistes", doctype: "Lead", label: { fr: "Pistes", en: "Leads" }, opens: "lead", customer: "customer", title: "lead_name",
    columns: ["lead_name", "status", "interest", "municipality", "mobile_no", "email_id", "lead_owner", "creation"], searched: ["name", "lead_name", "email_id", "mobile_no", "municipality"],
    sort: "-creation", tones: { Lead: "info", Open: "warn", Converted: "good" }, assigned: "lead_owner",
  },
  {
    slug: "factures", doctype: "Sales Invoice", label: { fr: "Factures", en: "Invoices" }, opens: "invoice", customer: "customer", title: "customer_name",
    columns: ["name", "customer_name", "status", "posting_date", "due_date", "grand_total", "outstanding_amount"], searched: ["name", "customer", "customer_name", "order_id"], sort: "-posting_date",
    tones: { Paid: "good", Unpaid: "warn", Overdue: "bad", "Partly Paid": "warn", Draft: "info", Cancelled: "", Return: "" }, assigned: null,
  },
];

export const kindOf = (slug: unknown): ListKind | undefined => KINDS.find((kind) => kind.slug === slug);
