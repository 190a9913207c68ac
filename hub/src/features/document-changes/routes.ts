import { createHmac, timingSafeEqual } from "node:crypto";
import fp from "fastify-plugin";
import { z } from "zod";
import type { FastifyInstance } from "fastify";
import { transaction } from "../../plugins/database.ts";
import { Refusal } from "../../plugins/problems.ts";
import { isFollowed, RENAMES } from "./followed.ts";
import { CHANGED_QUEUE, hint, hintsFor, refOf, settleHints, unsettled } from "./hints.ts";
import { Reactions } from "./reactions.ts";
import { renameOf } from "./renames.ts";
import type { DocumentChanges } from "./reactions.ts";
import { Watermark } from "./watermark.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** What follows from a change in ERPNext, whether the hub made it or a person in Desk. */
    documentChanges: DocumentChanges & {
      /** Searches now for what no webhook told, whoever's turn it is. */
      search(): Promise<void>;
    };
  }
}

/** A webhook's body. It says neither in which order nor truly what happened: the document is fetched again. */
const hinted = z.object({ doctype: z.string().min(1).max(140), name: z.string().min(1).max(255) });

/** Whether `signature` is base64 of HMAC-SHA256(secret, body), as Frappe writes `X-Frappe-Webhook-Signature`. */
export function isSigned(body: Buffer, signature: string | string[] | undefined, secret: string): boolean {
  if (typeof signature !== "string") return false;
  const expected = createHmac("sha256", secret).update(body).digest();
  const given = Buffer.from(signature, "base64");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function webhook(app: FastifyInstance): Promise<void> {
  app.removeAllContentTypeParsers();
  // The signature is over the bytes that were sent, whatever they claim to be.
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));

  app.post(
    "/webhooks/erpnext",
    {
      config: { access: "webhook" },
      schema: {
        tags: ["Webhooks"],
        summary: "ERPNext says that a document may have changed",
        description:
          "Body { doctype, name, … } signed by `X-Frappe-Webhook-Signature` (base64 of HMAC-SHA256 over the body, secret in Gigafibre Settings). " +
          "Answers 200 { ok: true } once the hint is kept; 401 `bad_signature`, and nothing kept, when it is not signed.",
      },
    },
    async (request) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      if (!isSigned(body, request.headers["x-frappe-webhook-signature"], app.config.ERPNEXT_WEBHOOK_SECRET)) throw new Refusal("bad_signature");
      const document = read(body);
      if (isFollowed(document.doctype)) {
        await transaction(app.db, (client) => hint(client, app.workers, document));
        app.workers.wake(CHANGED_QUEUE);
      }
      return { ok: true };
    },
  );
}

function read(body: Buffer): z.infer<typeof hinted> {
  try {
    return hinted.parse(JSON.parse(body.toString("utf8")));
  } catch (error) {
    throw new Refusal("malformed_body", {}, error);
  }
}

/** Changes in ERPNext: the webhook, the search for what it missed, and `app.documentChanges` for whoever reacts. */
export const documentChanges = fp(
  async (app) => {
    const reactions = new Reactions(app.db, app.erpnext);
    const watermark = new Watermark({ pool: app.db, erpnext: app.erpnext, workers: app.workers, log: app.log });
    app.decorate("documentChanges", {
      on: (doctype, handler) => reactions.on(doctype, handler),
      search: () => watermark.search(0),
    });
    await app.workers.add({
      queue: CHANGED_QUEUE,
      concurrency: 3,
      retrySeconds: 2,
      maxRetrySeconds: 60,
      async work(subject) {
        const ref = refOf(subject);
        for (;;) {
          const hints = await hintsFor(app.db, ref);
          if (hints === null) return;
          await reactions.react(ref);
          if (await settleHints(app.db, ref, hints)) return;
        }
      },
      unfinished: () => unsettled(app.db),
    });
    reactions.on(RENAMES, async ({ document }) => {
      const rename = renameOf(document);
      if (!rename || !isFollowed(rename.doctype)) return;
      await transaction(app.db, async (client) => {
        for (const name of [rename.from, rename.to]) await hint(client, app.workers, { doctype: rename.doctype, name });
      });
      app.workers.wake(CHANGED_QUEUE);
    });
    app.addHook("onReady", async () => watermark.start());
    app.addHook("onClose", () => watermark.stop());
    await app.register(webhook);
  },
  { name: "document-changes", dependencies: ["database", "erpnext", "workers", "access"] },
);
