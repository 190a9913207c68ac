/** Wishes here and Leads in ERPNext. */
import { transaction } from "../../plugins/database.ts";
import { settleWish } from "../leads/intake.ts";
import type { Comparison } from "./comparison.ts";

interface Wish {
  readonly id: string;
  readonly attempt: number;
  readonly state: string;
  readonly lead: string | null;
}

export async function compareLeads(comparison: Comparison): Promise<void> {
  const { app, apply, since } = comparison;
  const { rows } = await app.db.query<Wish>(
    "select id, attempt, state, lead from lead_intake where state = 'received' or (settled_at >= $1 and state in ('created', 'extended')) order by created_at",
    [since],
  );
  for (const wish of rows) {
    const landed = await app.erpnext.find(`lead:${wish.id}#${wish.attempt}`);
    const lead = landed?.documents[0]?.name;
    if (wish.state !== "received") {
      if (!landed) comparison.note("lead_lost", wish.id, wish.lead ?? "");
    } else if (lead !== undefined) {
      if (apply) await transaction(app.db, (client) => settleWish(client, wish.id, { state: "created", lead }));
      comparison.note("lead_noted", wish.id);
    }
  }
}
