/** An installation as it happens: devices scanned in, the visit completed, the ONT heard. */
import { randomInt } from "node:crypto";
import { givenSite } from "@gigafibre/fixtures/demo/given-site";
import { transaction } from "../src/plugins/database.ts";
import type { Checkout, CheckoutInput, OrderAccepted } from "@gigafibre/contracts/orders";
import { STAFF } from "./erpnext-admin.ts";
import type { Document } from "./erpnext-admin.ts";
import { bodyFor, card, checkout, newKey, statusOf } from "./order-flow.ts";
import { makePlace } from "./plant.ts";
import type { Place } from "./plant.ts";
import { eventually } from "./world.ts";
import type { World } from "./world.ts";

export interface Installed {
  readonly accepted: OrderAccepted;
  readonly place: Place;
  readonly job: Document;
  readonly location: string;
  readonly gpon_sn: string;
}

/** A real site, where one is given, takes its time. */
const PATIENCE_MS = givenSite() ? 300_000 : 60_000;

export const gponSerial = (): string => `RCMG${randomInt(0x1000_0000, 0xffff_ffff).toString(16).toUpperCase()}`;

/** An order whose documents stand. By an agent, paid later, when no card is given. */
export async function ordered(world: World, number: string | null = "4242424242424242", more: Partial<CheckoutInput> = {}, at?: Place): Promise<Omit<Installed, "gpon_sn">> {
  const place = at ?? (await makePlace(world.app.db));
  const key = newKey();
  const payment: Checkout["payment"] = number === null ? { method: "invoice_later" } : await card(world, key, number);
  const body = bodyFor(place, payment, more);
  const answer =
    number === null
      ? await checkout(world.app, key, { ...body, expected: undefined, consents: undefined }, { cookie: `sid=${await world.erpnext.admin.sessionFor(STAFF.agent)}`, origin: world.hubUrl })
      : await checkout(world.app, key, body);
  if (answer.statusCode !== 202) throw new Error(`order: ${answer.statusCode} ${answer.body}`);
  const accepted = answer.json<OrderAccepted>();
  await reaches(world, accepted, "created");
  const [job] = await world.erpnext.admin.list("Dispatch Job", [["order_id", "=", accepted.order_id]]);
  if (!job) throw new Error(`${accepted.order_id} has no visit`);
  return { accepted, place, job, location: String(job["service_location"]) };
}

export const reaches = (world: World, accepted: OrderAccepted, state: string): Promise<unknown> =>
  eventually(`${accepted.order_id} to be ${state}`, async () => (await statusOf(world.app, accepted)).state === state, PATIENCE_MS);

/** Fills the templates of the place, as a technician's scans do. @returns what the OLT sees */
export async function scanned(world: World, location: string, gpon_sn = gponSerial()): Promise<string> {
  const { admin } = world.erpnext;
  for (const device of await admin.list("Service Equipment", [["service_location", "=", location]])) {
    const values = {
      ONT: { gpon_sn, serial_number: `SN${gpon_sn}`, device_profile: "Raisecom HT803G-W" },
      Routeur: { mac_address: `403F8C${randomInt(0x10_0000, 0xff_ffff).toString(16).toUpperCase()}` },
    }[String(device["equipment_type"])];
    if (values) await admin.update("Service Equipment", device.name, values);
  }
  return gpon_sn;
}

export const SIGNATURE = "data:image/png;base64,iVBORw0KGgo=";

/** The visit is completed, signed unless told otherwise. */
export async function completed(world: World, job: Document, values: Record<string, unknown> = { customer_signature: SIGNATURE }): Promise<void> {
  await world.erpnext.admin.update("Dispatch Job", job.name, { ...values, assigned_to: STAFF.technician, status: "Completed" });
}

/** The ONT informs its ACS, and the hub keeps it. */
export async function heard(world: World, serial: string, rx_power_dbm: number | null = -19.5): Promise<void> {
  await transaction(world.app.db, async (client) => {
    await client.query(
      `insert into device_session (serial, rx_power_dbm, last_seen) values ($1, $2, now())
       on conflict (serial) do update set rx_power_dbm = excluded.rx_power_dbm, last_seen = now()`,
      [serial, rx_power_dbm],
    );
    await world.app.activation.devicesSeen(client, [serial]);
  });
}

/** From the order to a live service; at a place of its own, unless told. */
export async function live(world: World, number?: string | null, values?: Record<string, unknown>, at?: Place): Promise<Installed> {
  const made = await ordered(world, number, {}, at);
  const gpon_sn = await scanned(world, made.location);
  await completed(world, made.job, values);
  await heard(world, gpon_sn);
  await reaches(world, made.accepted, "live");
  return { ...made, gpon_sn };
}
