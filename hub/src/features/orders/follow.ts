/** Documents of an order that people rename or delete in Desk. */
import type { FastifyInstance } from "fastify";
import { transaction } from "../../plugins/database.ts";
import { RENAMES } from "../document-changes/followed.ts";
import { renameOf } from "../document-changes/renames.ts";
import { recordEvent } from "../live-events/record-event.ts";
import { attentionMessage } from "../messages/order-messages.ts";
import { OUTBOX, put } from "../outbox/rows.ts";
import { ATTENTION } from "./attention-job.ts";
import { markLacking, orderById, ordersWith, renameDocument, workKey } from "./repository.ts";

/** The labels that an order gives the documents of a DocType. */
const LABELS: Readonly<Record<string, RegExp>> = {
  Customer: /^customer$/,
  Contact: /^contact$/,
  "Service Location": /^location$/,
  "Service Subscription": /^subscription_/,
  "Service Equipment": /^equipment_/,
  Project: /^project$/,
  Task: /^task_/,
  "Dispatch Job": /^job$/,
  "Sales Invoice": /^invoice$/,
};

export function followDesk(app: FastifyInstance): void {
  for (const [doctype, labels] of Object.entries(LABELS)) {
    app.documentChanges.on(doctype, async ({ event, name }) => {
      if (event !== "deleted") return;
      for (const id of await ordersWith(app.db, name, labels)) await lacksDocument(app, id, doctype, name);
    });
  }

  app.documentChanges.on(RENAMES, async ({ document }) => {
    const rename = renameOf(document);
    const labels = rename && LABELS[rename.doctype];
    if (!rename || !labels) return;
    // A later order's document may have taken the name that became free.
    const heir = await app.erpnext.get(rename.doctype, rename.from);
    for (const id of await ordersWith(app.db, rename.from, labels)) {
      if (heir?.["order_id"] !== id) await renameDocument(app.db, id, labels, rename);
    }
  });
}

/** It never frees the port by itself: a person says what is to become of the order. */
async function lacksDocument(app: FastifyInstance, id: string, doctype: string, name: string): Promise<void> {
  const order = await orderById(app.db, id);
  if (!order) return;
  const gone = `${doctype} ${name}`;
  await transaction(app.db, async (client) => {
    if (!(await markLacking(client, order, `DocumentDeleted: ${gone}`))) return;
    await recordEvent(client, { key: `${workKey(order)}:deleted:${gone}`, kind: "order.needs_attention", doctype: "Order", name: id });
    await put(app, client, attentionMessage(app, order, `un de ses documents a été supprimé dans ERPNext, ${gone}.`, `deleted:${gone}`));
    await app.workers.enqueue(client, ATTENTION, id);
  });
  app.workers.wake(ATTENTION);
  app.workers.wake(OUTBOX);
}
