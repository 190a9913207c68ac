/** Tells ERPNext what changed of devices, many in one call, and what is unknown for too long. What the rows say is left, is done. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { UNKNOWN_AFTER_MINUTES } from "@gigafibre/contracts/queues";
import { transaction } from "../../plugins/database.ts";
import { escapeHtml } from "../messages/escape-html.ts";
import { erpnextTime } from "../orders/steps.ts";
import { noteSilence } from "./informs.ts";
import { noteOutages, OUTAGES_LEFT, tellOutages } from "./outages.ts";

export const TELL_DEVICES = "tell-devices";
export const ALL_DEVICES = "all";
/** What changes within this time is told at once. */
export const COALESCED_SECONDS = 2;
const AT_ONCE = 100;
/** Devices told of in one call; the app takes so many and twice that. */
const TOLD_AT_ONCE = 500;
const UNKNOWN_AFTER = `${UNKNOWN_AFTER_MINUTES} minutes`;
const EVERY_MS = 60_000;

interface Untold {
  readonly serial: string;
  readonly equipment: string;
  readonly changes: string;
  readonly online: boolean;
  readonly last_seen: Date;
  readonly ip: string | null;
  readonly firmware: string | null;
  readonly rx_power_dbm: number | null;
  readonly provisioned_at: Date | null;
}

export async function tellJob(app: FastifyInstance): Promise<void> {
  await app.workers.add({
    queue: TELL_DEVICES,
    concurrency: 1,
    retrySeconds: 2,
    maxRetrySeconds: 60,
    async work() {
      for (let untold = await nextUntold(app); untold.length > 0; untold = await nextUntold(app)) await tell(app, untold);
      await raiseUnknown(app);
      await closeKnown(app);
      await tellOutages(app);
    },
    async unfinished() {
      const { rows } = await app.db.query(
        `select 1 where exists (select 1 from device_session where changes > told and equipment is not null)
           or exists (select 1 from device_session where equipment is null and unknown_issue is null and first_seen < now() - interval '${UNKNOWN_AFTER}')
           or exists (select 1 from device_session where equipment is not null and unknown_issue is not null)
           or exists (${OUTAGES_LEFT})`,
      );
      return rows.length > 0 ? [ALL_DEVICES] : [];
    },
  });

  let timer: NodeJS.Timeout | undefined;
  app.addHook("onReady", async () => {
    timer = setInterval(() => {
      transaction(app.db, async (client) => {
        await noteSilence(client, app.config.DEVICE_SILENT_MINUTES);
        await noteOutages(client, app.config.DEVICE_SILENT_MINUTES);
      }).catch((error: unknown) =>
        app.log.warn({ err: error }, "silent devices could not be noted and will be again"),
      );
    }, EVERY_MS);
    timer.unref();
  });
  app.addHook("preClose", async () => clearInterval(timer));
}

/** All that was heard of so many devices, the last said of each last: one that is heard by two names is told of once. */
async function nextUntold(app: FastifyInstance): Promise<Untold[]> {
  const { rows } = await app.db.query<Untold>({
    text: `select serial, equipment, changes, online, last_seen, ip, firmware, rx_power_dbm, provisioned_at from device_session
           where equipment in (select equipment from device_session where changes > told and equipment is not null order by serial limit $1)
           order by equipment, last_seen`,
    values: [TOLD_AT_ONCE],
  });
  return rows;
}

/** What ERPNext holds of a device's readings. */
const readingsOf = (device: Untold): Record<string, string | number> => ({
  name: device.equipment,
  connection_state: device.online ? "Connected" : "Offline",
  last_inform: erpnextTime(device.last_seen),
  ...(device.ip === null ? {} : { ip_address: device.ip }),
  ...(device.firmware === null ? {} : { firmware_version: device.firmware }),
  ...(device.rx_power_dbm === null ? {} : { rx_power_dbm: Math.round(device.rx_power_dbm * 100) / 100 }),
  ...(device.provisioned_at === null ? {} : { provisioned_on: erpnextTime(device.provisioned_at) }),
});

const answered = z.object({ noted: z.array(z.string()), refused: z.array(z.object({ name: z.string(), message: z.string() })) });

/** Readings stand for themselves: told twice they are the same, and so need no key. One that ERPNext refuses holds back no other. */
async function tell(app: FastifyInstance, heard: readonly Untold[]): Promise<void> {
  const devices = [...new Map(heard.map((device) => [device.equipment, readingsOf(device)])).values()];
  const { message } = await app.erpnext.call("POST", "/api/method/gigafibre_fsm.api.devices.note_informs", { body: { devices }, timeoutMs: 60_000 });
  const { refused } = answered.parse(message);
  if (refused.length > 0) app.log.warn({ refused }, "ERPNext does not take what devices said");
  await app.db.query({
    text: "update device_session set told = heard.changes from unnest($1::text[], $2::bigint[]) as heard (serial, changes) where device_session.serial = heard.serial and told < heard.changes",
    values: [heard.map(({ serial }) => serial), heard.map(({ changes }) => changes)],
  });
}

const unknownKey = (serial: string, first_seen: Date): string => `unknown-device:${serial}:${first_seen.getTime()}`;

/** One Issue for a device that nobody has bound for half an hour. */
async function raiseUnknown(app: FastifyInstance): Promise<void> {
  const { rows } = await app.db.query<{ serial: string; ip: string | null; product_class: string | null; first_seen: Date }>(
    `select serial, ip, product_class, first_seen from device_session
     where equipment is null and unknown_issue is null and first_seen < now() - interval '${UNKNOWN_AFTER}' order by first_seen limit ${AT_ONCE}`,
  );
  for (const { serial, ip, product_class, first_seen } of rows) {
    const said = [product_class, ip].filter((each) => each !== null).join(", ");
    const lines = [`L'appareil ${serial} (${said}) s'est annoncé et aucun équipement ne porte ce numéro de série ni cette adresse MAC.`, "Numérisez son étiquette au lieu où il se trouve: ce billet se fermera de lui-même."];
    const { documents } = await app.erpnext.commit({
      key: unknownKey(serial, first_seen),
      steps: [{ op: "insert", doctype: "Issue", values: { subject: `Unknown device ${serial}`, description: lines.map((line) => `<p>${escapeHtml(line)}</p>`).join("") } }],
    });
    await app.db.query("update device_session set unknown_issue = $2 where serial = $1", [serial, documents[0]?.name ?? ""]);
  }
}

async function closeKnown(app: FastifyInstance): Promise<void> {
  const { rows } = await app.db.query<{ serial: string; unknown_issue: string; equipment: string }>(
    `select serial, unknown_issue, equipment from device_session where equipment is not null and unknown_issue is not null limit ${AT_ONCE}`,
  );
  for (const { serial, unknown_issue, equipment } of rows) {
    if (await app.erpnext.get("Issue", unknown_issue)) {
      await app.erpnext.commit({
        key: `known-device:${unknown_issue}`,
        steps: [{ op: "update", doctype: "Issue", name: unknown_issue, values: { status: "Closed", service_equipment: equipment } }],
      });
    }
    await app.db.query("update device_session set unknown_issue = null where serial = $1", [serial]);
  }
}
