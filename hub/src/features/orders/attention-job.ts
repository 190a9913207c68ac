/** An order that ERPNext refused, or that lost a document there, is put before people: an Issue of its own, whatever became of its documents. */
import type { FastifyInstance } from "fastify";
import { escapeHtml } from "../messages/escape-html.ts";
import { orderById, summaryById, workKey } from "./repository.ts";

export const ATTENTION = "orders-attention";

export async function attentionJob(app: FastifyInstance): Promise<void> {
  await app.workers.add({
    queue: ATTENTION,
    concurrency: 1,
    retrySeconds: 2,
    maxRetrySeconds: 60,
    work: (orderId) => writeIssue(app, orderId),
    // An order that waits for a person keeps asking for its Issue: the key makes it one.
    unfinished: async () => {
      const { rows } = await app.db.query<{ id: string }>(
        `select id from order_intake where state = 'needs_attention' and not documents ? ('issue_' || attempt) order by created_at limit 200`,
      );
      return rows.map(({ id }) => id);
    },
  });
}

/** Once for each attempt, by its key. */
export async function writeIssue(app: FastifyInstance, orderId: string): Promise<void> {
  const order = await orderById(app.db, orderId);
  if (order?.state !== "needs_attention") return;
  const label = `issue_${order.attempt}`;
  if (order.documents[label]) return;
  const summary = await summaryById(app.db, app.vault, orderId);
  const { documents } = await app.erpnext.commit({
    key: `${workKey(order)}:issue`,
    steps: [
      {
        op: "insert",
        doctype: "Issue",
        as: "issue",
        values: {
          subject: `Commande à traiter ${orderId}`,
          order_id: orderId,
          description: [
            order.documents["job"]
              ? `Un document de la commande ${orderId} a été supprimé dans ERPNext; les autres sont en place et le raccordement reste réservé.`
              : `La commande ${orderId} a été refusée par ERPNext. Rien n'a été créé; le raccordement reste réservé.`,
            `Raison: ${order.attention_reason ?? ""}`,
            `Adresse: ${summary.address_label}`,
            `Client: ${summary.customer_name}`,
            `Commande: ${summary.notes}`,
            "Corrigez la cause, puis relancez la commande.",
          ]
            .map((line) => `<p>${escapeHtml(line)}</p>`)
            .join(""),
        },
      },
    ],
  });
  await app.db.query("update order_intake set documents = documents || jsonb_build_object($2::text, $3::text), updated_at = now() where id = $1", [
    orderId,
    label,
    documents[0]?.name ?? "",
  ]);
}
