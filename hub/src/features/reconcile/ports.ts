/** Drops that look free here while a place in ERPNext has them. */
import { transaction } from "../../plugins/database.ts";
import { reserve } from "../ports/ports.ts";
import type { Comparison } from "./comparison.ts";

interface Place extends Record<string, unknown> {
  readonly name: string;
  readonly fibre_id: string | null;
}

interface Fibre {
  readonly id: string;
  readonly free: boolean;
  readonly on_request: boolean;
}

export async function comparePorts(comparison: Comparison): Promise<void> {
  const { app, apply } = comparison;
  const places = (
    await app.erpnext.list<Place>("Service Location", { fields: ["name", "fibre_id"], filters: [["status", "!=", "Cancelled"], ["fibre_id", "is", "set"]] })
  ).filter((place): place is Place & { fibre_id: string } => Boolean(place.fibre_id));
  const { rows } = await app.db.query<Fibre>(
    `select fibre.id, coalesce(sn, '') = '' and order_id is null as free, boitier_pas_install as on_request
     from fibre left join port_reservation on fibre_id = fibre.id where fibre.id = any($1)`,
    [places.map(({ fibre_id }) => fibre_id)],
  );
  const free = new Map(rows.filter((fibre) => fibre.free).map((fibre) => [fibre.id, fibre]));
  for (const { name, fibre_id } of places) {
    const fibre = free.get(fibre_id);
    if (!fibre) continue;
    const { rows: orders } = await app.db.query<{ id: string }>(
      "select id from order_intake where documents ->> 'location' = $1 and fibre_id = $2 and not exists (select 1 from port_reservation where order_id = order_intake.id)",
      [name, fibre_id],
    );
    const [order] = orders;
    const held = order !== undefined && (!apply || (await transaction(app.db, (client) => reserve(client, fibre, order.id))));
    if (held) comparison.note("port_reserved", fibre_id, order.id);
    else comparison.note("port_conflict", fibre_id, `${name} (ERPNext)`);
  }
}
