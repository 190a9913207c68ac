import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { bilingual } from "@gigafibre/contracts/language";
import { nightlyJob } from "./nightly.ts";
import { restoreRow } from "./hold.ts";
import type { Finding } from "./findings.ts";

const side = z.enum(["postgresql", "erpnext", "both"]);
const finding = z.object({
  kind: z.string(),
  subject: z.string(),
  outcome: z.enum(["mended", "held_back", "decide"]),
  text: bilingual,
  choice: bilingual.optional(),
});

interface Run {
  readonly ended_at: Date;
  readonly accepted: boolean;
  readonly lifted: boolean;
  readonly findings: Finding[];
}

/** Whether everything is held back, why, and what the last reconciliation found. */
export async function reconcileRoutes(root: FastifyInstance): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>();
  await nightlyJob(root);
  app.get(
    "/api/reconcile",
    {
      config: { access: "staff" },
      schema: {
        tags: ["Operations"],
        summary: "Whether a database was restored, and what was found",
        description: "`held` says which database is older than the other and since when everything waits; null in ordinary times. `pnpm reconcile` mends and lifts it.",
        response: {
          200: z.object({
            held: z.object({ since: z.iso.datetime(), side, reason: z.string() }).nullable(),
            last_run: z.object({ ended_at: z.iso.datetime(), accepted: z.boolean(), lifted: z.boolean(), findings: z.array(finding) }).nullable(),
          }),
        },
      },
    },
    async () => {
      const row = await restoreRow(app.db);
      const { rows } = await app.db.query<Run>("select ended_at, accepted, lifted, findings from reconcile_run order by id desc limit 1");
      const [last] = rows;
      return {
        held: row.held_since && row.held_side ? { since: row.held_since.toISOString(), side: row.held_side, reason: row.held_reason ?? "" } : null,
        last_run: last ? { ...last, ended_at: last.ended_at.toISOString() } : null,
      };
    },
  );
}
