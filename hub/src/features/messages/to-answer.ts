/** Messages that wait for a person: words that nobody has answered, and SMS of ours that did not reach whom they were for. */
import type { FastifyInstance } from "fastify";
import type { MessageToAnswer } from "@gigafibre/contracts/conversations";
import { QUEUE_LIMIT } from "@gigafibre/contracts/queues";
import type { Queues } from "@gigafibre/contracts/queues";
import type { Caller } from "../../plugins/erpnext.ts";
import { opened } from "../outbox/rows.ts";
import type { SmsPayload } from "../outbox/rows.ts";
import { waitingConversations } from "./conversation-rows.ts";
import { peopleOf } from "./people.ts";

/** @throws ErpnextUnavailable */
export async function messagesToAnswer(app: FastifyInstance, caller: Caller): Promise<NonNullable<Queues["messages"]>> {
  const [conversations, undelivered] = await Promise.all([waitingConversations(app, QUEUE_LIMIT), undeliveredSms(app)]);
  const found = [...conversations.rows.map((row) => ({ ...row, kind: "conversation" as const, since: row.since.toISOString() })), ...undelivered.rows];
  const people = await peopleOf(app, found, caller);
  const rows = found.flatMap((row, index): MessageToAnswer[] => {
    const whose = people[index];
    return whose ? [{ ...row, ...whose }] : [];
  });
  rows.sort((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : 0));
  return { waiting: conversations.total + undelivered.total - (found.length - rows.length), rows: rows.slice(0, QUEUE_LIMIT) };
}

/** Until somebody lets them be. One that was refused waits while it is worth telling, and only where no e-mail tells the same. */
async function undeliveredSms(app: FastifyInstance) {
  const { rows } = await app.db.query<{ key: string; payload: string; customer: string | null; state: "failed" | "refused"; error: string | null; since: Date; total: number }>(
    `select key, payload, coalesce(customer, (select documents ->> 'customer' from order_intake where id = subject)) as customer,
       case when delivery = 'failed' then 'failed' else 'refused' end as state, coalesce(delivery_error, last_error) as error, coalesce(settled_at, created_at) as since,
       count(*) over ()::int as total
     from outbox as sms
     where kind = 'sms' and let_be_at is null and (delivery = 'failed' or (state = 'refused' and not_after > now() and not exists (
       select 1 from outbox as email where email.kind = 'email' and email.state <> 'skipped' and email.key = regexp_replace(sms.key, ':sms$', ':email')
     )))
     order by since, key limit $1`,
    [QUEUE_LIMIT],
  );
  return {
    total: rows[0]?.total ?? 0,
    rows: rows.map(({ key, payload, customer, state, error, since }) => {
      const { to, body } = opened(app.vault, key, payload) as SmsPayload;
      return { kind: "undelivered" as const, id: key, customer, number: to, text: body, state, error, since: since.toISOString() };
    }),
  };
}
