/** Visits as a phone carries them: the job itself as its technician sees it, and of its place what they need, which the hub reads for them. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { equipmentType } from "@gigafibre/contracts/labels";
import { checkLabel, checksFor } from "@gigafibre/contracts/visits";
import type { Check, Visit, VisitEquipment } from "@gigafibre/contracts/visits";
import { textOf } from "../../erpnext-document.ts";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";
import { factsOfJobs } from "./repository.ts";
import type { JobFacts } from "./repository.ts";
import { paymentsOf } from "../payments/payment-links.ts";
import { requestsOf } from "../ports/activation/repository.ts";
import type { Requested } from "../ports/activation/repository.ts";

type Row = Readonly<Record<string, unknown>>;

const HISTORY_LENGTH = 10;

/** Child rows, without the names that a save gives them anew. */
export const rowsOf = (document: Row | null, table: string): Row[] => (Array.isArray(document?.[table]) ? (document[table] as Row[]) : []);
const orNull = (document: Row | null, field: string): string | null => textOf(document, field) || null;
const numberOrNull = (document: Row | null, field: string): number | null => {
  const value = document?.[field];
  // ERPNext keeps an empty number as 0.
  return typeof value === "number" && value !== 0 ? value : null;
};

export interface Device extends ErpnextDocument {
  readonly equipment_type: VisitEquipment["equipment_type"];
  readonly status: string;
  readonly service_location: string | null;
}

export const EQUIPMENT_FIELDS = [
  "name", "modified", "equipment_type", "status", "customer", "service_location", "serial_number", "gpon_sn", "mac_address", "brand", "device_profile", "connection_state", "rx_power_dbm", "custom_wifi_ssid", "custom_sip_username",
] as const;

/** A template that waits for its device. */
export const isEmpty = (device: Row): boolean => !textOf(device, "serial_number") && !textOf(device, "gpon_sn") && !textOf(device, "mac_address");

const SERVICE_TYPES = new Set(["Internet", "TV", "Phone", "Fee", "Discount"]);
type Service = Visit["services"][number];
const isServiceType = (text: string): text is Service["service_type"] => SERVICE_TYPES.has(text);

interface Surroundings {
  readonly places: readonly ErpnextDocument[];
  readonly customers: readonly ErpnextDocument[];
  readonly subscriptions: readonly ErpnextDocument[];
  readonly devices: readonly Device[];
  readonly visits: readonly ErpnextDocument[];
  readonly issues: readonly ErpnextDocument[];
  readonly facts: ReadonlyMap<string, JobFacts>;
  readonly ports: readonly Requested[];
  readonly payments: ReadonlyMap<string, NonNullable<Visit["payment"]>>;
}

const wifiPasswords = z.array(z.object({ name: z.string(), custom_wifi_password: z.string().nullable() }));

/** What the routers of these visits are told to call their WiFi. In ERPNext each password read is noted. */
export async function withWifi(app: FastifyInstance, visits: readonly Visit[]): Promise<Visit[]> {
  const routers = visits.flatMap(({ equipment }) => equipment.filter(({ equipment_type }) => equipment_type === "Routeur").map(({ name }) => name));
  if (routers.length === 0) return [...visits];
  const [devices, { message }] = await Promise.all([
    app.erpnext.list("Service Equipment", { fields: ["name", "modified", "custom_wifi_ssid"], filters: [["name", "in", routers]] }),
    app.erpnext.call("POST", "/api/method/gigafibre_fsm.api.device_secrets.read", { body: { equipment: routers } }),
  ]);
  const names = new Map(devices.map((device) => [device.name, textOf(device, "custom_wifi_ssid")]));
  const passwords = new Map(wifiPasswords.parse(message).map(({ name, custom_wifi_password }) => [name, custom_wifi_password]));
  const wifiOf = (name: string): VisitEquipment["wifi"] => {
    const [ssid, password] = [names.get(name), passwords.get(name)];
    return ssid && password ? { ssid, password } : null;
  };
  return visits.map((visit) => ({ ...visit, equipment: visit.equipment.map((device) => ({ ...device, wifi: wifiOf(device.name) })) }));
}

/** The visits of these jobs. Who may see the jobs was asked before. @throws ErpnextUnavailable */
export async function visitsOf(app: FastifyInstance, jobs: readonly ErpnextDocument[]): Promise<Visit[]> {
  if (jobs.length === 0) return [];
  const around = await surroundings(app, jobs);
  return jobs.map((job) => visitOf(job, around));
}

async function surroundings(app: FastifyInstance, jobs: readonly ErpnextDocument[]): Promise<Surroundings> {
  const distinct = (field: string): string[] => [...new Set(jobs.map((job) => textOf(job, field)).filter(Boolean))];
  const [locations, customers] = [distinct("service_location"), distinct("customer")];
  const listed = jobs.flatMap((job) => rowsOf(job, "equipment_list").map((row) => textOf(row, "service_equipment")));
  const ofPlaces = ["service_location", "in", locations] as const;
  const [places, people, subscriptions, devices, visits, issues, facts, ports, payments] = await Promise.all([
    app.erpnext.list("Service Location", {
      fields: ["name", "modified", "address_line", "city", "postal_code", "latitude", "longitude", "olt_name", "olt_frame", "olt_slot", "olt_port", "ont_id", "status"],
      filters: [["name", "in", locations]],
    }),
    app.erpnext.list("Customer", { fields: ["name", "modified", "customer_name", "mobile_no", "preferred_language"], filters: [["name", "in", customers]] }),
    app.erpnext.list("Service Subscription", {
      fields: ["name", "modified", "service_location", "item", "item_name", "service_type"],
      filters: [ofPlaces, ["status", "in", ["Pending", "Active", "Suspended"]]],
      order_by: "creation asc, name asc",
    }),
    app.erpnext.list<Device>("Service Equipment", {
      fields: EQUIPMENT_FIELDS,
      or_filters: [ofPlaces, ["name", "in", listed.length > 0 ? listed : [""]]],
      order_by: "creation asc, name asc",
    }),
    app.erpnext.list("Dispatch Job", {
      fields: ["name", "modified", "service_location", "job_type", "status", "scheduled_start", "completed_at", "creation"],
      filters: [ofPlaces, ["status", "in", ["Completed", "Cancelled"]]],
      order_by: "creation desc",
      limit: 500,
    }),
    app.erpnext.list("Issue", {
      fields: ["name", "modified", "service_location", "subject", "status", "creation"],
      filters: [ofPlaces],
      order_by: "creation desc",
      limit: 500,
    }),
    factsOfJobs(app, jobs.map((job) => ({ name: job.name, order_id: orNull(job, "order_id") }))),
    requestsOf(app.db, { location: locations }),
    paymentsOf(app, distinct("order_id")),
  ]);
  return { places, customers: people, subscriptions, devices, visits, issues, facts, ports, payments };
}

function visitOf(job: ErpnextDocument, around: Surroundings): Visit {
  const location = textOf(job, "service_location");
  const place = around.places.find(({ name }) => name === location) ?? null;
  const customer = around.customers.find(({ name }) => name === textOf(job, "customer")) ?? null;
  const job_type = textOf(job, "job_type") as Visit["job_type"];
  const services = around.subscriptions
    .filter((each) => textOf(each, "service_location") === location)
    .flatMap((each): Service[] => {
      const service_type = textOf(each, "service_type");
      return isServiceType(service_type) ? [{ name: each.name, service_type, label: textOf(each, "item_name") || textOf(each, "item") }] : [];
    });
  const facts = around.facts.get(job.name);
  const equipment = devicesOf(job, around.devices);
  const port = around.ports.findLast((each) => equipment.some(({ name }) => name === each.equipment));
  const start = textOf(job, "scheduled_start");
  const time = (field: string): string | null => textOf(job, field).slice(11, 16) || null;
  return {
    name: job.name,
    modified: job.modified,
    job_type,
    status: textOf(job, "status") as Visit["status"],
    order_id: orNull(job, "order_id"),
    date: start.slice(0, 10) || null,
    starts_at: time("scheduled_start"),
    ends_at: time("scheduled_end"),
    customer: {
      name: textOf(job, "customer"),
      title: textOf(customer, "customer_name") || textOf(job, "customer"),
      phone: orNull(job, "contact_phone") ?? orNull(customer, "mobile_no"),
      language: textOf(customer, "preferred_language") === "en" ? "en" : "fr",
    },
    place: {
      name: location,
      address: textOf(place, "address_line") || textOf(job, "address_line"),
      city: textOf(place, "city"),
      postal_code: textOf(place, "postal_code"),
      latitude: numberOrNull(place, "latitude"),
      longitude: numberOrNull(place, "longitude"),
      olt_name: orNull(place, "olt_name"),
      olt_port: oltPortOf(place),
      ont_id: orNull(place, "ont_id"),
      status: textOf(place, "status"),
    },
    services,
    equipment: equipment.map(visitEquipmentOf),
    checks: checksOf(job, job_type, services),
    notes: textOf(job, "notes"),
    history: historyOf(job, around),
    signed: textOf(job, "customer_signature") !== "" || facts?.signed === true,
    photos: facts?.photos ?? [],
    port_activation: port ? { request: port.request, done: port.state === "done" } : null,
    payment: around.payments.get(textOf(job, "order_id")) ?? null,
  };
}

export function oltPortOf(place: Row | null): string | null {
  const parts = ["olt_frame", "olt_slot", "olt_port"].map((field) => textOf(place, field));
  return parts.every((part) => part !== "") ? parts.join("/") : null;
}

/** What stands at the place or waits there, and what the job lists besides, in the order in which it is installed. */
export function devicesOf(job: Row, devices: readonly Device[]): Device[] {
  const listed = new Set(rowsOf(job, "equipment_list").map((row) => textOf(row, "service_equipment")));
  const location = textOf(job, "service_location");
  return devices
    .filter(({ name, status, service_location }) => (listed.has(name) && status !== "Retourné") || (service_location === location && (status === "En attente" || status === "Actif")))
    .sort((one, other) => equipmentType.options.indexOf(one.equipment_type) - equipmentType.options.indexOf(other.equipment_type));
}

export function visitEquipmentOf(device: Device): VisitEquipment {
  return {
    name: device.name,
    equipment_type: device.equipment_type,
    status: device.status,
    serial_number: orNull(device, "serial_number") ?? orNull(device, "gpon_sn"),
    mac_address: orNull(device, "mac_address"),
    brand: orNull(device, "brand"),
    online: textOf(device, "connection_state") === "Connected",
    rx_power_dbm: numberOrNull(device, "rx_power_dbm"),
    wifi: null,
  };
}

/** What has to be checked, and what the job's checklist says of it. */
export function checksOf(job: Row, job_type: Visit["job_type"], services: readonly Service[]): Check[] {
  const known = new Map(rowsOf(job, "checklist").map((row) => [textOf(row, "label"), row]));
  return checksFor(job_type, services).map((check) => {
    const row = known.get(checkLabel(check.key));
    return row ? { ...check, done: row["done"] === 1 || row["done"] === true, value: orNull(row, "value") } : check;
  });
}

function historyOf(job: ErpnextDocument, { visits, issues }: Surroundings): Visit["history"] {
  const here = (each: ErpnextDocument): boolean => textOf(each, "service_location") === textOf(job, "service_location") && each.name !== job.name;
  const day = (each: ErpnextDocument, ...fields: string[]): string => fields.map((field) => textOf(each, field).slice(0, 10)).find(Boolean) ?? each.modified.slice(0, 10);
  return [
    ...visits.filter(here).map((each) => ({
      doctype: "Dispatch Job", name: each.name, title: textOf(each, "job_type"), status: textOf(each, "status"), date: day(each, "completed_at", "scheduled_start", "creation"),
    })),
    ...issues.filter(here).map((each) => ({ doctype: "Issue", name: each.name, title: textOf(each, "subject"), status: textOf(each, "status"), date: day(each, "creation") })),
  ].sort((one, other) => other.date.localeCompare(one.date)).slice(0, HISTORY_LENGTH);
}
