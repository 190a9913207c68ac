/** Who drags which visit at this moment: seen by the other dispatchers, and over by itself where a browser dies with it in hand. */
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import { HOLD_SECONDS } from "@gigafibre/contracts/board";
import type { Board } from "@gigafibre/contracts/board";
import type { StaffSession } from "@gigafibre/contracts/session";
import { transaction } from "../../plugins/database.ts";
import { recordEvent } from "../live-events/record-event.ts";

export async function holds(db: pg.Pool): Promise<Board["held"]> {
  const { rows } = await db.query<Board["held"][number]>('select job, full_name as by, username as "user" from board_hold where until > now() order by job');
  return rows;
}

/** Whoever takes it last has it: it is a sign, not a lock. */
export async function hold(app: FastifyInstance, job: string, staff: StaffSession, held: boolean): Promise<void> {
  await transaction(app.db, async (client) => {
    const { rows } = held
      ? await client.query<{ at: string }>(
          `insert into board_hold (job, username, full_name, until) values ($1, $2, $3, now() + $4 * interval '1 second')
           on conflict (job) do update set username = excluded.username, full_name = excluded.full_name, until = excluded.until
           returning extract(epoch from clock_timestamp())::text as at`,
          [job, staff.user, staff.full_name, HOLD_SECONDS],
        )
      : await client.query<{ at: string }>("delete from board_hold where job = $1 and username = $2 returning extract(epoch from clock_timestamp())::text as at", [job, staff.user]);
    if (rows[0]) await recordEvent(client, { key: `hold:${job}:${staff.user}:${rows[0].at}`, kind: "visit.held", doctype: "Dispatch Job", name: job });
  });
}

export async function letGo(client: pg.ClientBase, job: string): Promise<void> {
  await client.query("delete from board_hold where job = $1", [job]);
}
