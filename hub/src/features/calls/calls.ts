/**
 * What is asked for in one action, by an id that its page made. It is kept first; then its steps are frozen and sent under its own id, as the hub's
 * user on behalf of whoever asked, whose rights were looked at before. Whoever dies in between, it goes on by itself.
 */
import fp from "fastify-plugin";
import type pg from "pg";
import type { CallAnswer, CallKind } from "@gigafibre/contracts/calls";
import { REASONS } from "@gigafibre/contracts/problems";
import type { Committed } from "@gigafibre/contracts/unit-of-work";
import { reached } from "../../moments.ts";
import { transaction } from "../../plugins/database.ts";
import { ErpnextRefused, ErpnextUnavailable } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { raise } from "../issues/raise.ts";
import { canonicalHash } from "../orders/repository.ts";
import { OUTBOX } from "../outbox/rows.ts";
import { askedRow, bodyOf, decidedOf, forget, freezeDecided, keepAsked, markDone, markRefused, noteDocuments, thawDecided, unfinishedCalls } from "./repository.ts";
import type { AskedRow, Decided } from "./repository.ts";

declare module "fastify" {
  interface FastifyInstance {
    calls: Calls;
  }
}

export const CALLS = "calls";

/** What was frozen may have been overtaken by a person's edit; what is refused so often was not. */
const TRIES = 3;

/** Something that is under way must end first: it is tried again. */
export class Waits extends Error {
  override readonly name = "Waits";
}

export interface Asked<Body> {
  readonly id: string;
  readonly body: Body;
  /** null: the customer themselves. */
  readonly asked_by: string | null;
  /** Whoever asked is there to be told no. */
  readonly present: boolean;
}

export interface CallWork<Body, Plan> {
  readonly kind: CallKind;
  /** From what stands now. @throws Refusal, Waits, ErpnextUnavailable */
  decide(asked: Asked<Body>): Promise<Decided<Plan>>;
  /** Freezes, in a transaction, with what must hold from then on. @throws Waits */
  freeze?(asked: Asked<Body>, plan: Plan, within: (client: pg.ClientBase) => Promise<void>): Promise<void>;
  /** In the local transaction that notes it done. @returns what it made, by what each is */
  settle(client: pg.ClientBase, asked: Asked<Body>, plan: Plan, answer: Committed): Promise<Record<string, string>>;
  /** Undoes what `freeze` claimed: it is refused. */
  letGo?(client: pg.ClientBase, asked: Asked<Body>): Promise<void>;
  /** Queues to look at afterwards. */
  readonly wakes?: readonly string[];
}

export interface Calls {
  add<Body, Plan>(work: CallWork<Body, Plan>): (asked: { readonly id: string; readonly body: Body; readonly asked_by: string | null }) => Promise<CallAnswer>;
}

type AnyWork = CallWork<unknown, unknown>;

/** A ticket is read by more people than a password is for. */
const withoutSecrets = (body: unknown): string => JSON.stringify(body, (key, value: unknown) => (key === "password" ? "…" : value));

const isForPeople = (error: unknown): error is Refusal => error instanceof Refusal && REASONS[error.reason].status < 500;

export const calls = fp(
  async (app) => {
    const works = new Map<string, AnyWork>();

    /** As far as it goes now. @throws whatever stops it */
    async function perform(id: string, present: boolean): Promise<void> {
      for (let tried = 1; ; tried++) {
        const row = await askedRow(app.db, id);
        const work = row && works.get(row.kind);
        if (!row || !work || row.state !== "received") return;
        const asked: Asked<unknown> = { id, body: bodyOf(app.vault, row), asked_by: row.asked_by, present };
        const sealed = row.decided ?? (await decide(work, asked));
        if (sealed === undefined) continue;
        const { steps, plan } = decidedOf(app.vault, id, sealed);
        try {
          const answer = await commit(row, steps);
          reached("call.committed", id);
          return await settle(work, asked, plan, answer);
        } catch (error) {
          if (!(error instanceof ErpnextRefused) || error.step === undefined) throw error;
          await thawDecided(app.db, row, sealed);
          if (tried === TRIES) throw new Refusal("call_refused", { details: { message: error.step.message } }, error);
        }
      }
    }

    /** @returns undefined when others were frozen meanwhile */
    async function decide(work: AnyWork, asked: Asked<unknown>): Promise<string | undefined> {
      const decided = await work.decide(asked);
      const within = async (client: pg.ClientBase): Promise<void> => void (await freezeDecided(client, app.vault, asked.id, decided));
      await (work.freeze ? work.freeze(asked, decided.plan, within) : transaction(app.db, within));
      reached("call.frozen", asked.id);
      return (await askedRow(app.db, asked.id))?.decided ?? undefined;
    }

    async function commit({ id, asked_by }: AskedRow, steps: Decided["steps"]): Promise<Committed> {
      const key = `call:${id}`;
      if (steps.length === 0) return { key, replayed: false, documents: [] };
      try {
        return await app.erpnext.commit({ key, ...(asked_by === null ? {} : { on_behalf_of: asked_by }), steps: [...steps] });
      } catch (error) {
        // It landed with other steps, before PostgreSQL was restored: that is what stands.
        const landed = error instanceof ErpnextRefused && error.status === 409 ? await app.erpnext.find(key) : null;
        if (landed) return landed;
        throw error;
      }
    }

    async function settle(work: AnyWork, asked: Asked<unknown>, plan: unknown, answer: Committed): Promise<void> {
      await transaction(app.db, async (client) => {
        if (!(await markDone(client, asked.id))) return;
        await noteDocuments(client, asked.id, await work.settle(client, asked, plan, answer));
      });
      reached("call.settled", asked.id);
      for (const queue of [OUTBOX, ...(work.wakes ?? [])]) app.workers.wake(queue);
    }

    /** Nobody is there to be told: people are. */
    async function refuse(id: string, refusal: Refusal): Promise<void> {
      const row = await askedRow(app.db, id);
      const work = row && works.get(row.kind);
      if (!row || !work) return;
      const message = refusal.more.details?.["message"];
      const why = [REASONS[refusal.reason].message.fr, ...(typeof message === "string" ? [message] : [])].join(" ");
      await raise(app, `call:${id}:refused`, {
        subject: `Demande à traiter (${row.kind})`,
        lines: [`Demandé par ${row.asked_by ?? "le client"}, et refusé après coup: ${why}`, `Demande ${id}: ${withoutSecrets(bodyOf(app.vault, row)).slice(0, 1_000)}`],
      });
      await transaction(app.db, async (client) => {
        if (await markRefused(client, id, why)) await work.letGo?.(client, { id, body: bodyOf(app.vault, row), asked_by: row.asked_by, present: false });
      });
    }

    await app.workers.add({
      queue: CALLS,
      concurrency: 3,
      retrySeconds: 2,
      maxRetrySeconds: 60,
      async work(id) {
        try {
          await perform(id, false);
        } catch (error) {
          if (!isForPeople(error)) throw error;
          await refuse(id, error);
        }
      },
      unfinished: () => unfinishedCalls(app.db),
    });

    async function take(work: AnyWork, { id, body, asked_by }: { readonly id: string; readonly body: unknown; readonly asked_by: string | null }): Promise<CallAnswer> {
      // A restored database is compared first.
      if (!app.restores.mayWork()) throw new Refusal("temporarily_unavailable");
      await transaction(app.db, async (client) => {
        if (await keepAsked(client, app.vault, { id, kind: work.kind, asked_by }, body)) await app.workers.enqueue(client, CALLS, id, { afterSeconds: 5 });
      });
      const row = await askedRow(app.db, id);
      if (row?.kind !== work.kind || canonicalHash(bodyOf(app.vault, row)) !== canonicalHash(body) || row.asked_by !== asked_by) throw new Refusal("call_id_reused");
      reached("call.kept", id);
      if (row.state === "refused") throw new Refusal("call_refused", { details: { message: row.refusal } });
      try {
        await perform(id, true);
      } catch (error) {
        if (!(error instanceof Waits || error instanceof ErpnextUnavailable || error instanceof ErpnextRefused || error instanceof Refusal)) throw error;
        if (error instanceof Refusal || error instanceof ErpnextUnavailable) {
          const forgotten = await transaction(app.db, async (client) => {
            const gone = await forget(client, id);
            if (gone) await work.letGo?.(client, { id, body, asked_by, present: true });
            return gone;
          });
          if (forgotten) throw error instanceof Refusal ? error : new Refusal("erpnext_unavailable", {}, error);
        }
        app.log.info({ call: id, err: error }, "what was asked for goes on by itself");
      }
      const now = await askedRow(app.db, id);
      return { id, kind: work.kind, state: now?.state === "done" ? "done" : "under_way", documents: now?.documents ?? {} };
    }

    app.decorate("calls", {
      add(work) {
        works.set(work.kind, work);
        return (asked) => take(work, asked);
      },
    });
  },
  { name: "calls", dependencies: ["database", "workers", "erpnext"] },
);
