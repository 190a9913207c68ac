/** Who holds which drop: `free → reserved(order) → occupied(serial) → free`. */
import type pg from "pg";

export interface Drop {
  readonly id: string;
  readonly olt_ip: string;
  readonly olt_name: string;
  readonly frame: number;
  readonly slot: number;
  readonly port: number;
  readonly ontid: number;
  readonly max_speed: number;
  readonly zone_tarifaire: string;
  /** Its box is not installed yet: an order for it begins with a construction. */
  readonly on_request: boolean;
  readonly free: boolean;
  /** The order that holds it. */
  readonly reserved_by: string | null;
}

/** `frame/slot/port` */
export function oltPort(drop: Readonly<Record<"frame" | "slot" | "port", number | string>>): string {
  return `${drop.frame}/${drop.slot}/${drop.port}`;
}

/** Every drop that reaches an address, the best match first. */
export async function dropsOf(client: pg.ClientBase | pg.Pool, addressUuid: string): Promise<Drop[]> {
  const { rows } = await client.query<Drop>(
    `select fibre.id, olt_ip, olt_name, frame, slot, port, ontid, max_speed, zone_tarifaire, boitier_pas_install as on_request,
            coalesce(sn, '') = '' and reservation.order_id is null as free, reservation.order_id as reserved_by
     from fiber_availability
     join fibre on fibre.id = fiber_availability.fibre_id
     left join port_reservation reservation on reservation.fibre_id = fibre.id
     where address_uuid = $1
     order by score desc, fibre.id`,
    [addressUuid],
  );
  return rows;
}

/**
 * Reserves a drop for an order if, at this moment, nobody has it. Of any number of transactions that try, one gets it.
 * @returns whether it is reserved
 */
export async function reserve(client: pg.ClientBase, drop: Pick<Drop, "id" | "on_request">, orderId: string): Promise<boolean> {
  // The row's lock makes the others wait here; when this transaction commits they find it taken.
  const { rowCount } = await client.query(
    `update fibre set sn = 'RESERVED-' || $2
     where id = $1 and coalesce(sn, '') = '' and boitier_pas_install = $3
       and not exists (select 1 from port_reservation where fibre_id = $1)`,
    [drop.id, orderId, drop.on_request],
  );
  if (rowCount !== 1) return false;
  await client.query("insert into port_reservation (fibre_id, order_id, kind) values ($1, $2, $3)", [
    drop.id,
    orderId,
    drop.on_request ? "construction" : "installation",
  ]);
  return true;
}

/**
 * Gives the drop an order has reserved to its ONT, and ends the reservation. What anybody else wrote there is left as it is.
 * @returns whether the drop is the ONT's now
 */
export async function occupy(client: pg.ClientBase, orderId: string, serial: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `update fibre set sn = $2
     where id = (select fibre_id from order_intake where id = $1) and sn in ('RESERVED-' || $1, $2)`,
    [orderId, serial],
  );
  if (rowCount !== 1) return false;
  await client.query("delete from port_reservation where order_id = $1", [orderId]);
  return true;
}

/**
 * Frees a drop that bears this order's reservation or one of these ONTs, and ends the reservation. What anybody else wrote there is left as it is.
 * @returns whether it is free now
 */
export async function free(client: pg.ClientBase, fibreId: string, { order, serials }: { readonly order: string | null; readonly serials: readonly string[] }): Promise<boolean> {
  await client.query("delete from port_reservation where fibre_id = $1 and order_id = $2", [fibreId, order]);
  await client.query("update fibre set sn = null where id = $1 and sn = any($2)", [fibreId, [...serials, ...(order === null ? [] : [`RESERVED-${order}`])]]);
  const { rows } = await client.query<{ sn: string | null }>("select sn from fibre where id = $1", [fibreId]);
  return rows.every(({ sn }) => (sn ?? "") === "");
}

/** From one ONT to the one that replaces it. What anybody else wrote there is left as it is. */
export async function passOn(client: pg.ClientBase, fibreId: string, from: readonly string[], to: string): Promise<void> {
  await client.query("update fibre set sn = $3 where id = $1 and sn = any($2)", [fibreId, from, to]);
}
