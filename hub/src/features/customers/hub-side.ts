/** What the hub itself knows of a customer: their orders, their drops, what their devices last said, and the messages that went out. */
import type { FastifyInstance } from "fastify";
import { PANEL_PAGE } from "@gigafibre/contracts/customer-360";
import type { CustomerOverview, HeldLocation, ThreadEntry } from "@gigafibre/contracts/customer-360";
import { qualityOf } from "@gigafibre/contracts/devices";
import type { Delivery } from "@gigafibre/contracts/messages";
import { orderState } from "@gigafibre/contracts/orders";
import type { EmailPayload, OutboxState, SmsPayload } from "../outbox/rows.ts";
import { opened } from "../outbox/rows.ts";
import type { ChargeState } from "../payments/charges.ts";
import type { Charges } from "./panels.ts";
import { sentAs } from "./thread.ts";
import type { Cursor, Placed } from "./thread.ts";

export async function ordersOf(app: FastifyInstance, customer: string): Promise<CustomerOverview["orders"]> {
  const { rows } = await app.db.query<{ id: string; state: string; created_at: Date }>(
    "select id, state, created_at from order_intake where documents ->> 'customer' = $1 order by created_at desc",
    [customer],
  );
  return rows.map(({ id, state, created_at }) => ({ id, state: orderState.parse(state), created_at: created_at.toISOString() }));
}

/** What becomes of the charges of these invoices, those that are settled left out. */
export async function chargesOf(app: FastifyInstance, invoices: readonly string[]): Promise<Charges> {
  if (invoices.length === 0) return new Map();
  const { rows } = await app.db.query<{ invoice: string; state: ChargeState; reason: string | null }>(
    "select invoice, state, reason from invoice_charge where invoice = any($1) and state not in ('charged', 'not_charged')",
    [invoices],
  );
  return new Map(rows.map(({ invoice, ...charge }) => [invoice, charge]));
}

type Drop = NonNullable<HeldLocation["drop"]>;

export async function dropsOf(app: FastifyInstance, ids: readonly string[]): Promise<Map<string, Drop>> {
  const { rows } = await app.db.query<Omit<Drop, "state" | "by"> & { sn: string | null; order_id: string | null }>(
    `select fibre.id, address_text as address, olt_name, olt_ip, frame, slot, port, ontid, max_speed, nullif(sn, '') as sn, order_id
     from fibre left join port_reservation on fibre_id = fibre.id where fibre.id = any($1)`,
    [ids],
  );
  return new Map(
    rows.map(({ sn, order_id, ...drop }) => [drop.id, { ...drop, state: order_id !== null ? "reserved" : sn !== null ? "occupied" : "free", by: order_id ?? sn }]),
  );
}

type Device = NonNullable<NonNullable<HeldLocation["equipment"]>[number]["device"]>;

export async function devicesOf(app: FastifyInstance, equipment: readonly string[]): Promise<Map<string, Device>> {
  const [{ rows }, thresholds] = await Promise.all([
    app.db.query<Omit<Device, "signal" | "last_inform"> & { equipment: string; last_seen: Date }>(
      `select distinct on (equipment) equipment, serial, online, ip, firmware, rx_power_dbm, last_seen from device_session
       where equipment = any($1) order by equipment, last_seen desc`,
      [equipment],
    ),
    app.signalThresholds(),
  ]);
  return new Map(
    rows.map(({ equipment: name, last_seen, ...device }) => [
      name, { ...device, signal: thresholds ? qualityOf(device.rx_power_dbm, thresholds) : "unknown", last_inform: last_seen.toISOString() },
    ]),
  );
}

interface Sent {
  readonly key: string;
  readonly kind: "sms" | "email";
  readonly state: OutboxState;
  readonly delivery: "delivered" | "failed" | null;
  readonly delivery_error: string | null;
  readonly last_error: string | null;
  readonly payload: string;
  readonly written_by: string | null;
  readonly at: string;
}

const DELIVERIES: Readonly<Record<OutboxState, Delivery>> = {
  waiting: "waiting", sending: "waiting", done: "sent", dead: "failed", skipped: "failed", expired: "expired", refused: "refused",
};

const SENT = `key, kind, state, delivery, delivery_error, last_error, payload, written_by, to_char(created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`;

function placedSent(app: FastifyInstance, { key, kind, state, delivery, delivery_error, last_error, payload, written_by, at }: Sent): Placed {
  const message = opened(app.vault, key, payload) as SmsPayload | EmailPayload;
  const arrived = DELIVERIES[state];
  return {
    source: "hub",
    at,
    entry: {
      kind: "message", id: sentAs(key), doctype: "Outbox", name: key, at: new Date(at).toISOString(), by: written_by, direction: "out", channel: kind, address: message.to,
      subject: "subject" in message ? message.subject : null,
      text: "body" in message ? message.body : message.text,
      delivery: arrived === "sent" ? (delivery ?? "sent") : arrived,
      error: delivery_error ?? (arrived === "sent" ? null : last_error),
    },
  };
}

/** The messages that went to a customer, by themselves or about an order of theirs. */
export async function sentTo(app: FastifyInstance, customer: string, where: Cursor): Promise<Placed[]> {
  const { rows } = await app.db.query<Sent>(
    `select ${SENT} from outbox
     where kind in ('sms', 'email') and ($2::timestamptz is null or created_at <= $2)
       and (customer = $1 or (customer is null and subject in (select id from order_intake where documents ->> 'customer' = $1)))
     order by created_at desc, key desc limit $3`,
    [customer, where.hub?.at ?? null, PANEL_PAGE + 1 + (where.hub?.shown.length ?? 0)],
  );
  return rows.map((row) => placedSent(app, row));
}

/** The SMS that went to a number, whoever's it is; the newest, newest first. */
export async function sentToNumber(app: FastifyInstance, numberHash: string, limit: number): Promise<ThreadEntry[]> {
  const { rows } = await app.db.query<Sent>(`select ${SENT} from outbox where number_hash = $1 order by created_at desc, key desc limit $2`, [numberHash, limit]);
  return rows.map((row) => placedSent(app, row).entry);
}
