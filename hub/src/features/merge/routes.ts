/** Two customers that are one. ERPNext moves all that is the one's, at the hub's word for whoever may write both; the hub's own rows follow the name. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { fieldProblemOf, problem } from "@gigafibre/contracts/problems";
import { mergeAnswer, mergeRequest } from "@gigafibre/contracts/tickets";
import { textOf } from "../../erpnext-document.ts";
import { transaction } from "../../plugins/database.ts";
import { asPerson, ErpnextRefused, ErpnextUnavailable } from "../../plugins/erpnext.ts";
import type { Row } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { RENAMES } from "../document-changes/followed.ts";
import { renameOf } from "../document-changes/renames.ts";
import { escapeHtml } from "../messages/escape-html.ts";
import { CARD_RELEASES, releaseCard } from "../payments/give-back.ts";

const CARD = ["stripe_customer_id", "stripe_payment_method", "ppa_enabled"] as const;

export async function merges(root: FastifyInstance): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>();

  async function follow(from: string, into: string): Promise<void> {
    await transaction(root.db, async (client) => {
      await client.query(`update order_intake set documents = jsonb_set(documents, '{customer}', to_jsonb($2::text)), updated_at = now() where documents ->> 'customer' = $1`, [from, into]);
      for (const table of ["outbox", "inbound_message"]) await client.query(`update ${table} set customer = $2 where customer = $1`, [from, into]);
    });
  }
  // Whoever renames or merges one, here or in Desk.
  root.documentChanges.on(RENAMES, async ({ document }) => {
    const rename = renameOf(document);
    if (rename?.doctype === "Customer") await follow(rename.from, rename.to);
  });

  app.post(
    "/api/calls/merge",
    {
      config: { access: "agent" },
      schema: {
        tags: ["calls"],
        summary: "Makes one customer of two",
        description: "By the hub, for whoever may write both: a merge deletes one, which ERPNext lets no agent do. 409 `two_cards` where both have a card on file and `keep_card` does not say whose stays; the other is let go. A Comment on the one that stays says who asked. The same again changes nothing: `replayed`.",
        body: mergeRequest,
        response: { 200: mergeAnswer, 403: problem, 404: problem, 409: problem, 422: problem, 503: problem },
      },
    },
    async (request) => {
      const { from, into, keep_card } = request.body;
      if (from === into) throw Refusal.ofFields([fieldProblemOf("into", "invalid")]);
      const caller = asPerson(request);
      try {
        const { lists, rights } = await root.erpnext.lists([{ as: "both", doctype: "Customer", fields: ["name", ...CARD], filters: [["name", "in", [from, into]]] }], caller, ["Customer"]);
        if (!rights["Customer"]?.write) throw new Refusal("not_allowed");
        const held = (name: string): Row | undefined => lists["both"]?.find((row) => row["name"] === name);
        const [gone, kept] = [held(from), held(into)];
        if (!kept) throw new Refusal("not_found");
        // One that is gone was merged before, and is answered so; one that is there and not shown to the person is not theirs to give away.
        if (!gone && (await root.erpnext.get("Customer", from))) throw new Refusal("not_found");
        const cards = { from: textOf(gone ?? {}, "stripe_payment_method"), into: textOf(kept, "stripe_payment_method") };
        if (cards.from !== "" && cards.into !== "" && cards.from !== cards.into && keep_card === undefined) throw new Refusal("two_cards");
        const whose = cards.from !== "" && (cards.into === "" || keep_card === "from") ? gone : kept;
        const values = Object.fromEntries(CARD.map((field) => [field, (whose ?? kept)[field] ?? (field === "ppa_enabled" ? 0 : "")]));
        const by = request.staff;
        const note = `<p>Fusion demandée par ${escapeHtml(by?.full_name ?? "")}: tout ce qui était à « ${escapeHtml(from)} » est à ce client.</p>`;
        const { message } = await transaction(root.db, async (client) => {
          // Asked again while it runs, it waits, and is told that it was done.
          await client.query("select pg_advisory_xact_lock(hashtextextended('merge of ' || $1, 0))", [from]);
          return root.erpnext.call("POST", "/api/method/gigafibre_fsm.api.merge.customers", { body: { old: from, into, values, ...(by ? { on_behalf_of: by.user, note } : {}) }, timeoutMs: 120_000 });
        });
        const answer = mergeAnswer.parse(message);
        await follow(from, into);
        const other = whose === gone ? cards.into : cards.from;
        if (!answer.replayed && other !== "" && other !== values["stripe_payment_method"]) {
          await transaction(root.db, (client) => releaseCard(root, client, other));
          root.workers.wake(CARD_RELEASES);
        }
        return answer;
      } catch (error) {
        if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_outcome_unknown", {}, error);
        if (error instanceof ErpnextRefused) throw new Refusal(error.status === 404 ? "not_found" : error.status === 403 ? "not_allowed" : "call_refused", { details: { message: error.message } }, error);
        throw error;
      }
    },
  );
}
