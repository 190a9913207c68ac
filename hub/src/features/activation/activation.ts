import fp from "fastify-plugin";
import type pg from "pg";
import { textOf } from "../../erpnext-document.ts";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";
import { transaction } from "../../plugins/database.ts";
import type { EventKind } from "@gigafibre/contracts/events";
import type { OrderState } from "@gigafibre/contracts/orders";
import { recordEvent } from "../live-events/record-event.ts";
import { orderById } from "../orders/repository.ts";
import { ACTIVATE, activateJob } from "./activate-job.ts";
import { activationOf, begin, lookAgain, waitingFor } from "./repository.ts";

declare module "fastify" {
  interface FastifyInstance {
    activation: {
      /** Devices have informed: what waits for them goes on once the caller's transaction, which keeps the informs, is committed. */
      devicesSeen(client: pg.ClientBase, serials: readonly string[]): Promise<void>;
      /** A person has mended what held the order's activation back. */
      lookAgain(orderId: string): Promise<void>;
    };
  }
}

/** What an order is while its visit stands so. A completed visit is the activation's. */
const FOLLOWS: Readonly<Record<string, { readonly state: OrderState; readonly kind: EventKind }>> = {
  Open: { state: "created", kind: "order.created" },
  Scheduled: { state: "scheduled", kind: "order.scheduled" },
  "En Route": { state: "en_route", kind: "order.en_route" },
  "In Progress": { state: "in_progress", kind: "order.in_progress" },
};

/** From a completed visit to a live service, whoever completed it, on a phone or in Desk. */
export const activation = fp(
  async (app) => {
    await activateJob(app);

    app.decorate("activation", {
      async devicesSeen(client, serials) {
        for (const order of await waitingFor(client, serials)) await app.workers.enqueue(client, ACTIVATE, order);
      },
      async lookAgain(orderId) {
        const waiting = await activationOf(app.db, orderId);
        if (waiting) await lookAgainAt({ job: waiting.job });
      },
    });

    async function lookAgainAt(of: { readonly job?: string; readonly location?: string }): Promise<void> {
      await transaction(app.db, async (client) => {
        for (const order of await lookAgain(client, of)) await app.workers.enqueue(client, ACTIVATE, order);
      });
      app.workers.wake(ACTIVATE);
    }

    async function completed(orderId: string, job: ErpnextDocument): Promise<void> {
      await transaction(app.db, async (client) => {
        const isNew = await begin(client, {
          order_id: orderId,
          job: job.name,
          location: textOf(job, "service_location") || null,
          completed_by: textOf(job, "modified_by") || null,
        });
        if (!isNew) return;
        await client.query(
          "update order_intake set state = 'awaiting_proof', updated_at = now() where id = $1 and state in ('created', 'scheduled', 'en_route', 'in_progress')",
          [orderId],
        );
      });
      await lookAgainAt({ job: job.name });
    }

    app.documentChanges.on("Dispatch Job", async ({ document: job }) => {
      const orderId = job ? textOf(job, "order_id") : "";
      const order = orderId ? await orderById(app.db, orderId) : undefined;
      if (!job || !order) return;
      if (order.state === "received") throw new Error(`${orderId}: its documents stand, and the hub has yet to note it`);
      const status = textOf(job, "status");
      if (status === "Completed") return completed(orderId, job);
      const followed = FOLLOWS[status];
      if (!followed) return;
      const audience = [textOf(job, "assigned_to")].filter(Boolean);
      await transaction(app.db, async (client) => {
        const { rows } = await client.query<{ moved: boolean }>(
          `update order_intake new set state = $2, scheduled_date = $3, updated_at = now() from order_intake old
           where new.id = $1 and old.id = new.id and new.state in ('created', 'scheduled', 'en_route', 'in_progress')
             and (new.state, new.scheduled_date) is distinct from ($2, $3::date)
           returning old.state <> new.state as moved`,
          [orderId, followed.state, textOf(job, "scheduled_start").slice(0, 10) || null],
        );
        if (!rows[0]?.moved || followed.state === "created") return;
        await recordEvent(client, { key: `order:${orderId}:${followed.state}:${job.modified}`, kind: followed.kind, doctype: "Dispatch Job", name: job.name, audience });
      });
    });

    app.documentChanges.on("Service Equipment", async ({ document: device }) => {
      if (textOf(device, "equipment_type") === "ONT" && textOf(device, "service_location")) {
        await lookAgainAt({ location: textOf(device, "service_location") });
      }
    });
  },
  { name: "activation", dependencies: ["database", "workers", "erpnext"] },
);
