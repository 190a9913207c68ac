/** Many devices of one OLT port that fall silent together are one outage: one Issue with their list, closed when they are back. */
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import type { StepValues } from "@gigafibre/contracts/unit-of-work";
import { transaction } from "../../plugins/database.ts";
import { recordEvent } from "../live-events/record-event.ts";
import { escapeHtml } from "../messages/escape-html.ts";

/** So many at least, and half of those that the port ever heard. */
const MANY = 3;
/** Silent since about the same moment: informs come minutes apart. */
const TOGETHER = "30 minutes";

/**
 * Begins and ends outages by what of devices is known now. An ONT's port is that of the drop that holds its serial.
 * @param silentMinutes after which a device is Offline
 */
export async function noteOutages(client: pg.ClientBase, silentMinutes: number): Promise<void> {
  // One hub at a time.
  await client.query("select pg_advisory_xact_lock(hashtextextended('device-outages', 0))");
  await client.query(
    `insert into device_outage (olt_name, frame, slot, port)
     select olt_name, frame, slot, port from device_session join fibre on fibre.sn = device_session.serial
     group by olt_name, frame, slot, port
     having count(*) filter (where not online and last_seen > now() - $1::interval - $3 * interval '1 minute') >= $2 and count(*) filter (where not online) * 2 >= count(*)
     on conflict do nothing`,
    [TOGETHER, MANY, silentMinutes],
  );
  await client.query(
    `insert into device_outage_member (outage, serial)
     select outage.id, serial from device_outage outage
     join fibre using (olt_name, frame, slot, port) join device_session on device_session.serial = fibre.sn
     where outage.ended_at is null and not online and last_seen > outage.began_at - $1::interval - $2 * interval '1 minute' on conflict do nothing`,
    [TOGETHER, silentMinutes],
  );
  // Somebody who has unplugged for good keeps no outage open.
  await client.query(
    `update device_outage outage set ended_at = now() where ended_at is null
     and (select count(*) from device_outage_member member join device_session using (serial) where member.outage = outage.id and not online) < $1`,
    [MANY],
  );
}

interface Outage {
  readonly id: string;
  readonly olt_name: string;
  readonly frame: number;
  readonly slot: number;
  readonly port: number;
  readonly issue: string | null;
  readonly told: number;
  readonly ended: boolean;
  readonly members: readonly { readonly serial: string; readonly equipment: string | null; readonly place: string | null; readonly online: boolean }[];
}

export const OUTAGES_LEFT = `select 1 from device_outage where not closed
  and (issue is null or ended_at is not null or told < (select count(*) from device_outage_member where outage = device_outage.id))`;

async function untold(db: pg.Pool): Promise<Outage[]> {
  const { rows } = await db.query<Outage>(
    `select outage.id, olt_name, frame, slot, port, issue, told, ended_at is not null as ended, members.list as members
     from device_outage outage, lateral (
       select coalesce(jsonb_agg(jsonb_build_object('serial', serial, 'equipment', session.equipment, 'place', device.place, 'online', session.online) order by serial), '[]') as list
       from device_outage_member join device_session session using (serial) left join device on device.equipment = session.equipment where outage = outage.id
     ) members
     where not closed and (issue is null or ended_at is not null or told < jsonb_array_length(members.list)) order by outage.id limit 20`,
  );
  return rows;
}

/** Tells ERPNext of outages that began, grew or ended. */
export async function tellOutages(app: FastifyInstance): Promise<void> {
  for (const outage of await untold(app.db)) {
    const name = outage.issue ?? (await open(app, outage));
    const stands = outage.issue === null || (await app.erpnext.get("Issue", name)) !== null;
    if (stands && outage.issue !== null) await update(app, outage, name, outage.ended ? { status: "Closed" } : {});
    else if (stands && outage.ended) await update(app, outage, name, { status: "Closed" });
    await app.db.query("update device_outage set told = $2, closed = $3 where id = $1", [outage.id, outage.members.length, outage.ended]);
  }
}

const portOf = ({ olt_name, frame, slot, port }: Outage): string => `${olt_name} ${frame}/${slot}/${port}`;

async function open(app: FastifyInstance, outage: Outage): Promise<string> {
  const { documents } = await app.erpnext.commit({
    key: `outage:${outage.id}`,
    steps: [{ op: "insert", doctype: "Issue", values: { subject: `Panne ${portOf(outage)}`, priority: "High", description: describe(outage) } }],
  });
  const name = documents[0]?.name ?? "";
  await transaction(app.db, async (client) => {
    await client.query("update device_outage set issue = $2 where id = $1", [outage.id, name]);
    await recordEvent(client, { key: `outage:${outage.id}`, kind: "device.outage", doctype: "Issue", name });
  });
  return name;
}

async function update(app: FastifyInstance, outage: Outage, name: string, values: StepValues): Promise<void> {
  await app.erpnext.commit({
    key: `outage:${outage.id}:${outage.members.length}${outage.ended ? ":over" : ""}`,
    steps: [{ op: "update", doctype: "Issue", name, values: { ...values, description: describe(outage) } }],
  });
}

function describe(outage: Outage): string {
  const { members, ended } = outage;
  const away = members.filter(({ online }) => !online);
  const lines = [
    `${members.length} appareils du port ${portOf(outage)} se sont tus ensemble.`,
    ended ? (away.length === 0 ? "Tous sont revenus." : `Tous sont revenus, sauf ${away.length}.`) : "Vérifiez le port et la fibre: ce billet se fermera de lui-même quand ils seront revenus.",
  ];
  const list = members.map(({ serial, equipment, place, online }) => `<li>${escapeHtml([serial, equipment, place].filter((each) => each !== null).join(" · "))}${ended && !online ? " (silencieux)" : ""}</li>`);
  return `${lines.map((line) => `<p>${escapeHtml(line)}</p>`).join("")}<ul>${list.join("")}</ul>`;
}
