/** SMS that came in, brought to ERPNext beside the customer whose number it is; of a number nobody has, kept until it is somebody's. */
import type { FastifyInstance } from "fastify";
import { isYes } from "@gigafibre/contracts/messages";
import { transaction } from "../../plugins/database.ts";
import { visitAnswered } from "../board/confirmation.ts";
import { phonePatterns } from "../find/question.ts";
import { recordEvent } from "../live-events/record-event.ts";
import { escapeHtml } from "./escape-html.ts";
import { inboundRow, saidIn } from "./inbound-rows.ts";
import type { InboundRow } from "./inbound-rows.ts";
import { e164Of } from "./stops.ts";

export const INBOUND = "inbound-messages";
const SUBJECT_MAX = 140;

export async function inboundMessages(root: FastifyInstance): Promise<void> {
  await root.workers.add({
    queue: INBOUND,
    concurrency: 1,
    retrySeconds: 2,
    maxRetrySeconds: 60,
    work: (sid) => bring(root, sid),
    unfinished: async () => {
      const { rows } = await root.db.query<{ sid: string }>("select sid from inbound_message where state = 'received' order by received_at limit 500");
      return rows.map(({ sid }) => sid);
    },
  });
}

/** Whose number it is; where several have it, the one whose contact was changed last. Asked as the hub's user. */
async function customerOf(app: FastifyInstance, from: string): Promise<string | null> {
  const { lists } = await app.erpnext.lists(
    [
      { as: "phones", doctype: "Contact", fields: ["name", "phone", "mobile_no"], or_filters: phonePatterns(from).map((pattern) => ["Contact Phone", "phone", "like", pattern]), order_by: "`tabContact`.modified desc", limit: 50 },
      { as: "numbers", doctype: "Contact Phone", parent: "Contact", fields: ["parent", "phone"], filters: [["parent", "in", { $names: "phones" }]], order_by: "idx asc" },
      { as: "links", doctype: "Dynamic Link", parent: "Contact", fields: ["parent", "link_name"], filters: [["parent", "in", { $names: "phones" }], ["link_doctype", "=", "Customer"]], order_by: "idx asc" },
    ],
    {},
  );
  const having = new Set((lists["numbers"] ?? []).filter(({ phone }) => e164Of(String(phone)) === from).map(({ parent }) => parent));
  for (const { name } of lists["phones"] ?? []) {
    const link = having.has(name) ? (lists["links"] ?? []).find(({ parent }) => parent === name) : undefined;
    if (link) return String(link["link_name"]);
  }
  return null;
}

/** @throws ErpnextUnavailable, to be tried again with the same key */
async function bring(app: FastifyInstance, sid: string): Promise<void> {
  const row = await inboundRow(app.db, sid);
  if (row?.state !== "received") return;
  const said = saidIn(app.vault, row);
  const answers = isYes(said.text) ? await visitAnswered(app, row.number_hash) : null;
  const customer = row.customer ?? answers?.customer ?? (await customerOf(app, said.from));
  if (customer === null) return settle(app, row, { state: "unknown", customer, communication: null });
  const { documents } = await app.erpnext.commitOnce(`message:${sid}`, async () => ({
    key: `message:${sid}`,
    steps: [
      ...(answers ? [answers.step] : []),
      {
        op: "insert",
        doctype: "Communication",
        values: {
          subject: said.text.slice(0, SUBJECT_MAX) || "SMS", content: escapeHtml(said.text).replaceAll("\n", "<br>"), communication_type: "Communication",
          communication_medium: "SMS", sent_or_received: "Received", status: "Linked", phone_no: said.from, message_id: sid,
          reference_doctype: "Customer", reference_name: customer,
        },
      },
    ],
  }));
  await settle(app, row, { state: "kept", customer, communication: documents.find(({ doctype }) => doctype === "Communication")?.name ?? null }, answers?.job);
}

async function settle(app: FastifyInstance, { sid }: InboundRow, now: Pick<InboundRow, "state" | "customer" | "communication">, confirms?: string): Promise<void> {
  await transaction(app.db, async (client) => {
    const { rowCount } = await client.query(
      `update inbound_message set state = $2, customer = $3, communication = $4, handled = coalesce(handled, $5), handled_at = coalesce(handled_at, case when $5::text is not null then now() end)
       where sid = $1 and state = 'received'`,
      [sid, now.state, now.customer, now.communication, confirms === undefined ? null : "confirms"],
    );
    if (rowCount !== 1) return;
    // A yes is marked on its visit, and waits for nobody.
    if (confirms !== undefined) return recordEvent(client, { key: `message:${sid}:confirms`, kind: "visit.confirmed", doctype: "Dispatch Job", name: confirms });
    const about = now.customer === null ? { doctype: "Inbound Message", name: sid } : { doctype: "Customer", name: now.customer };
    const { rowCount: before } = await client.query("select 1 from event_log where key = $1", [`message:${sid}:unknown`]);
    // That it came was told when nobody knew whose it was.
    await recordEvent(client, { key: `message:${sid}:${now.state}`, kind: before === 0 ? "message.received" : "message.handled", ...about });
  });
}
