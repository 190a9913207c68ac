/** Each night Stripe's payments of the last three days are compared with ERPNext's books: what is missing is entered, what differs is an Issue. */
import type { FastifyInstance } from "fastify";
import { localDate } from "@gigafibre/contracts/dates";
import { transaction } from "../../plugins/database.ts";
import { raise } from "../issues/raise.ts";
import { erpnextTime } from "../orders/steps.ts";
import { Comparison } from "./comparison.ts";
import { comparePayments } from "./payments.ts";

export const STRIPE_NIGHT = "stripe-night";

const DAYS_BACK_MS = 3 * 86_400_000;
/** By the company's clock; earlier, the day before may still be at work. */
const FROM_HOUR = "03";

export async function nightlyJob(app: FastifyInstance): Promise<void> {
  await app.workers.add({
    queue: STRIPE_NIGHT,
    concurrency: 1,
    retrySeconds: 60,
    maxRetrySeconds: 600,
    work: (day) => compareNight(app, day),
    async unfinished() {
      const now = new Date();
      if (erpnextTime(now).slice(11, 13) < FROM_HOUR) return [];
      const day = localDate(now);
      const { rowCount } = await app.db.query("select 1 from stripe_night where day = $1", [day]);
      return rowCount === 0 ? [day] : [];
    },
  });
}

/** Once a day, whichever hub comes first. @throws ErpnextUnavailable, Refusal `stripe_unavailable`: it is tried again */
export async function compareNight(app: FastifyInstance, day: string): Promise<void> {
  const { rowCount } = await app.db.query("select 1 from stripe_night where day = $1", [day]);
  if (rowCount !== 0) return;
  const comparison = new Comparison({ app, apply: true, since: new Date(Date.now() - DAYS_BACK_MS), hubForgot: false });
  await comparePayments(comparison);
  const undecided = comparison.found.filter(({ outcome }) => outcome === "decide");
  if (undecided.length > 0) {
    await raise(app, `stripe-night:${day}`, {
      subject: `Stripe et les livres diffèrent (${day})`,
      lines: undecided.flatMap(({ text, choice }) => [text.fr, ...(choice ? [choice.fr] : [])]),
    });
  }
  await transaction(app.db, (client) =>
    client.query("insert into stripe_night (day, findings) values ($1, $2) on conflict do nothing", [day, JSON.stringify(comparison.found)]),
  );
}
