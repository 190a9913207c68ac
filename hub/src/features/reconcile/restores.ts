/**
 * Whether PostgreSQL and ERPNext still belong together. Asked before anything is worked on and once a minute; when one of them was restored from
 * a backup, every queue waits until somebody has reconciled (docs/decisions/0030).
 */
import fp from "fastify-plugin";
import { Refusal } from "../../plugins/problems.ts";
import { restoreRow } from "./hold.ts";
import type { RestoreRow } from "./hold.ts";
import { numberOf } from "./mark.ts";
import { meet } from "./meeting.ts";

declare module "fastify" {
  interface FastifyInstance {
    restores: Restores;
  }
}

export interface Restores {
  /** Whether queues are worked on. */
  mayWork(): boolean;
  /** As this hub last saw it: nothing is held back, everything is, or ERPNext has yet to be met. */
  known(): "ok" | "waiting" | "reconcile";
  /** Meets ERPNext now. @throws what ERPNext's client throws */
  meet(): Promise<void>;
  /** @throws Refusal `reconciling` while PostgreSQL may have forgotten orders */
  requireWhole(): Promise<void>;
  /** What a checkout leaves at Stripe, as metadata. */
  stamp(): Record<string, string>;
}

const MEET_EVERY_MS = 60_000;
const LOOK_EVERY_MS = 1_000;

export const restores = fp(
  async (app) => {
    let row: RestoreRow = await restoreRow(app.db);
    let met = false;
    let nextMeeting = 0;
    let failing = false;
    let timer: NodeJS.Timeout | undefined;
    let turning: Promise<void> = Promise.resolve();
    let stopped = false;

    async function meetNow(): Promise<void> {
      nextMeeting = Date.now() + MEET_EVERY_MS;
      try {
        await meet(app);
        met = true;
        failing = false;
      } catch (error) {
        // Away or refusing, it is asked again with the next look.
        nextMeeting = 0;
        throw error;
      } finally {
        row = await restoreRow(app.db);
      }
    }

    /** A hold is set, and lifted, by whichever process finds out. */
    async function look(): Promise<void> {
      try {
        const wasHeld = row.held_since !== null;
        row = await restoreRow(app.db);
        if (wasHeld && row.held_since === null) app.log.warn("reconciled: the queues are worked on again");
        if (row.held_since === null && Date.now() >= nextMeeting) await meetNow();
      } catch (error) {
        if (!stopped) app.log[failing ? "debug" : "info"]({ err: error }, "whether a database was restored could not be asked; it is asked again");
        failing = true;
      }
    }

    app.decorate("restores", {
      // A hub that never met ERPNext has nothing to compare with.
      mayWork: () => row.held_since === null && (met || row.mark === null),
      known() {
        if (row.held_since !== null) return "reconcile";
        return met || row.mark === null ? "ok" : "waiting";
      },
      meet: meetNow,
      async requireWhole() {
        row = await restoreRow(app.db);
        if (row.held_side === "postgresql" || row.held_side === "both") throw new Refusal("reconciling");
      },
      stamp: () => ({ hub_mark: `${row.installation}:${numberOf(row.mark)}` }),
    });

    app.addHook("onReady", async () => {
      await look();
      if (row.held_since !== null) app.log.error({ side: row.held_side, reason: row.held_reason }, "everything is held back until somebody runs `pnpm reconcile`");
      timer = setInterval(() => {
        turning = turning.then(() => (stopped ? undefined : look()));
      }, LOOK_EVERY_MS);
    });
    app.addHook("onClose", async () => {
      stopped = true;
      clearInterval(timer);
      await turning;
    });
  },
  { name: "restores", dependencies: ["database", "erpnext"] },
);
