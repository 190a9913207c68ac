/** `app.installDates`: which days still have room, counted from ERPNext's copy and the orders that it does not know of yet. */
import fp from "fastify-plugin";
import type pg from "pg";
import type { BoardDay } from "@gigafibre/contracts/board";
import { daysBetween, localDate } from "@gigafibre/contracts/dates";
import type { InstallDates, IsoDate } from "@gigafibre/contracts/dates";
import { fieldProblemOf } from "@gigafibre/contracts/problems";
import type { FieldProblem } from "@gigafibre/contracts/problems";
import { Refusal } from "../../plugins/problems.ts";
import { Calendar } from "./calendar.ts";
import type { UnscheduledOrder, Workforce } from "./calendar.ts";
import { readWorkforce } from "./from-erpnext.ts";

declare module "fastify" {
  interface FastifyInstance {
    installDates: {
      /** @throws Refusal `temporarily_unavailable` when ERPNext was never read. */
      offered(): Promise<InstallDates>;
      /** Days as they are counted here, offered or not. @throws Refusal `temporarily_unavailable` */
      days(dates: readonly IsoDate[]): Promise<BoardDay[]>;
      /**
       * Why these dates cannot be had; empty when they can. To be asked in the order's own transaction, before the order is inserted: no other
       * order can take the first date's last room until that transaction ends.
       */
      check(dates: readonly IsoDate[], client: pg.ClientBase): Promise<FieldProblem[]>;
      /** Reads ERPNext again now. @throws what ERPNext's client throws. */
      refresh(): Promise<void>;
    };
  }
}

const FOLLOWED = ["Technician", "Holiday List", "Gigafibre Settings", "Dispatch Job"] as const;
const WANTED = 3;
/** The class of our advisory locks on days. */
const DAY_LOCK = 0x6461_7465;

async function ordersOf(db: pg.Pool | pg.ClientBase, today: IsoDate): Promise<UnscheduledOrder[]> {
  const { rows } = await db.query<UnscheduledOrder>({
    name: "install-dates.orders",
    text: `
      select id, to_char(coalesce(scheduled_date, first_date), 'YYYY-MM-DD') as date from order_intake
      where coalesce(scheduled_date, first_date) >= $1 and state not in ('cancelled', 'awaiting_proof', 'live')`,
    values: [today],
  });
  return rows;
}

export const installDates = fp<{ now?: () => Date }>(
  async (app, { now = () => new Date() }) => {
    const today = (): IsoDate => localDate(now());
    const snapshot = app.keepSnapshot<Workforce>("workforce", () => readWorkforce(app.erpnext, today()));
    for (const doctype of FOLLOWED) app.documentChanges.on(doctype, () => snapshot.refresh());

    async function calendar(db: pg.Pool | pg.ClientBase): Promise<Calendar> {
      const workforce = await snapshot.get(db);
      if (!workforce) throw new Refusal("temporarily_unavailable");
      return new Calendar(today(), workforce, await ordersOf(db, today()));
    }

    app.decorate("installDates", {
      offered: async () => ({ dates: (await calendar(app.db)).offered() }),
      async days(dates) {
        const counted = await calendar(app.db);
        return dates.map((date) => counted.day(date));
      },
      refresh: () => snapshot.refresh(),
      async check(dates, client) {
        const [first] = dates;
        // An order takes room on its first date only, so one lock is enough and no two orders can wait for each other.
        if (first) await client.query("select pg_advisory_xact_lock($1, $2)", [DAY_LOCK, daysBetween("2000-01-01", first)]);
        return problemsOf(dates, await calendar(client));
      },
    });
  },
  { name: "install-dates", dependencies: ["snapshots", "document-changes"] },
);

/** Three different days that are offered, or all of them where fewer are. */
export function problemsOf(dates: readonly IsoDate[], calendar: Calendar): FieldProblem[] {
  const problems = dates.flatMap((date, index): FieldProblem[] => {
    const field = `preferred_dates.${index}`;
    if (dates.indexOf(date) < index) return [fieldProblemOf(field, "dates_distinct")];
    const reason = calendar.refusal(date);
    return reason ? [fieldProblemOf(field, reason)] : [];
  });
  const wanted = Math.min(WANTED, calendar.offered().length);
  if (dates.length < wanted) problems.push(fieldProblemOf("preferred_dates", "dates_three"));
  return problems;
}
