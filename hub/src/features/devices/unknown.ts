/** Devices that inform their ACS and that no Service Equipment is. */
import type { FastifyInstance } from "fastify";
import { QUEUE_LIMIT, UNKNOWN_AFTER_MINUTES } from "@gigafibre/contracts/queues";
import type { Queues, UnknownDevice } from "@gigafibre/contracts/queues";

type Row = Omit<UnknownDevice, "first_seen" | "last_seen"> & { readonly first_seen: Date; readonly last_seen: Date; readonly waiting: string };

/** All are shown, for a scan may be on its way; those that nobody has bound in time need someone. */
export async function unknownDevices(app: FastifyInstance): Promise<NonNullable<Queues["devices"]>> {
  const { rows } = await app.db.query<Row>(
    `select *, count(*) filter (where late) over () as waiting from (
       select serial, mac, ip, firmware, product_class, rx_power_dbm, online, first_seen, last_seen, unknown_issue as issue,
         first_seen < now() - $1 * interval '1 minute' as late
       from device_session where equipment is null
     ) unbound order by first_seen, serial limit $2`,
    [UNKNOWN_AFTER_MINUTES, QUEUE_LIMIT],
  );
  return {
    waiting: Number(rows[0]?.waiting ?? 0),
    rows: rows.map(({ waiting: _, first_seen, last_seen, ...device }) => ({ ...device, first_seen: first_seen.toISOString(), last_seen: last_seen.toISOString() })),
  };
}
