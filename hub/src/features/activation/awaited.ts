/** Completed visits that nothing proves yet, or whose activation ERPNext did not take. */
import type { FastifyInstance } from "fastify";
import { PROOF_WITHIN_MINUTES, QUEUE_LIMIT } from "@gigafibre/contracts/queues";
import type { Queues } from "@gigafibre/contracts/queues";
import { summaryById } from "../orders/repository.ts";
import { evidenceOf } from "./proof.ts";

interface Waiting {
  readonly order_id: string;
  readonly ordered_at: Date;
  readonly job: string;
  readonly completed_at: Date;
  readonly completed_by: string | null;
  readonly serials: readonly string[];
  readonly critical_dbm: number | null;
  readonly late: boolean;
  readonly reason: string | null;
  readonly issue: string | null;
  readonly waiting: string;
}

/** All are shown once ERPNext has said what stands at their place; those that are late or were refused need someone. */
export async function proofsAwaited(app: FastifyInstance): Promise<NonNullable<Queues["proof"]>> {
  const { rows } = await app.db.query<Waiting>(
    `select *, count(*) filter (where late or reason is not null) over () as waiting from (
       select order_id, order_intake.created_at as ordered_at, job, completed_at, completed_by, serials, critical_dbm,
         completed_at <= now() - $1 * interval '1 minute' as late, activation.attention_reason as reason, unproven_issue as issue
       from activation join order_intake on order_intake.id = order_id
       where activation.state = 'waiting' and order_intake.state = 'awaiting_proof' and (critical_dbm is not null or activation.attention_reason is not null)
     ) unproven order by completed_at, order_id limit $2`,
    [PROOF_WITHIN_MINUTES, QUEUE_LIMIT],
  );
  return { waiting: Number(rows[0]?.waiting ?? 0), rows: await Promise.all(rows.map((row) => shown(app, row))) };
}

async function shown(app: FastifyInstance, { ordered_at, completed_at, waiting: _, ...row }: Waiting): Promise<NonNullable<Queues["proof"]>["rows"][number]> {
  const [{ customer_name, address_label }, { heard }] = [
    await summaryById(app.db, app.vault, row.order_id),
    await evidenceOf(app.db, row.serials, ordered_at, row.critical_dbm ?? Number.NEGATIVE_INFINITY),
  ];
  return {
    ...row,
    serials: [...new Set(row.serials)],
    customer_name,
    address_label,
    completed_at: completed_at.toISOString(),
    heard: heard && { serial: heard.serial, at: heard.last_seen.toISOString(), rx_power_dbm: heard.rx_power_dbm },
  };
}
