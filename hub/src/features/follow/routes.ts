import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { followAnswer, positionAnswer, positionReport } from "@gigafibre/contracts/follow";
import { problem } from "@gigafibre/contracts/problems";
import { textOf } from "../../erpnext-document.ts";
import { Refusal } from "../../plugins/problems.ts";
import { endFollow, followed, isFollowed, notePosition, pruneFollowed } from "./repository.ts";

const PRUNE_QUEUE = "prune-followed";

/** What Traccar forwards of a position (`forward.type=json`); all else that it says is let pass. */
const forwarded = z.object({
  position: z.object({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180), fixTime: z.coerce.date(), valid: z.boolean().optional() }),
  device: z.object({ id: z.number(), uniqueId: z.string() }),
});

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** The customer's link to a technician on the way, and where their positions come from: the phone, or Traccar. */
export async function follow(root: FastifyInstance): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>();

  root.documentChanges.on("Dispatch Job", async ({ name }) => {
    if (!(await isFollowed(root.db, name))) return;
    // Read again: they may have left since the change that is told here.
    const job = await root.erpnext.get("Dispatch Job", name);
    await endFollow(root.db, name, textOf(job, "status") === "En Route" ? textOf(job, "assigned_to") : null);
  });
  root.addHook("onReady", async () => {
    await root.jobs.createQueue(PRUNE_QUEUE);
    await root.jobs.work(PRUNE_QUEUE, () => pruneFollowed(root.db));
    await root.jobs.schedule(PRUNE_QUEUE, "*/10 * * * *");
  });

  app.get(
    "/api/follow/:token",
    {
      config: { access: "public" },
      schema: {
        tags: ["Website"],
        summary: "Where the technician is, about",
        description: "For whoever holds the link of the SMS, until the technician has arrived, and for four hours at most. 404 `follow_not_found`; 429 `too_many_requests`.",
        params: z.strictObject({ token: z.string().min(16).max(100) }),
        response: { 200: followAnswer, 404: problem },
      },
    },
    async (request, reply) => {
      const answer = await followed(app.db, request.params.token);
      if (!answer) throw new Refusal("follow_not_found");
      return reply.headers({ "cache-control": "no-store", "x-robots-tag": "noindex" }).send(answer);
    },
  );

  app.post(
    "/api/field/position",
    {
      config: { access: "staff" },
      schema: {
        tags: ["Field"],
        summary: "Where the technician is, while a customer follows them",
        description: "Kept rounded, the last one only, for a visit that is theirs and to which they are on the way. `following: false`: nobody follows, stop telling.",
        body: positionReport,
        response: { 200: positionAnswer },
      },
    },
    async ({ body: { job, ...position }, staff }) => ({ following: await notePosition(app.db, { job, technician: staff?.user ?? "" }, position, new Date()) }),
  );

  app.post(
    "/webhooks/traccar",
    {
      config: { access: "webhook" },
      schema: {
        tags: ["Webhooks"],
        summary: "Traccar forwards a position",
        description:
          "With `forward.type=json`, `forward.url` here and `forward.header=Authorization: Bearer {TRACCAR_FORWARD_SECRET}`. Of a device that is a technician's on the way " +
          "to a visit the last position is kept, rounded; of any other nothing. 401 `bad_signature` without the secret, or where none is set.",
        response: { 200: positionAnswer, 401: problem },
      },
    },
    async (request) => {
      const secret = app.config.TRACCAR_FORWARD_SECRET;
      const shown = digest(request.headers.authorization ?? "");
      if (secret === undefined || !timingSafeEqual(shown, digest(`Bearer ${secret}`))) throw new Refusal("bad_signature");
      const said = forwarded.safeParse(request.body);
      if (!said.success) throw new Refusal("malformed_body", {}, said.error);
      const { position, device } = said.data;
      // By our clock: a device may be wrong about the future.
      const at = new Date(Math.min(position.fixTime.getTime(), Date.now()));
      return { following: position.valid !== false && (await notePosition(app.db, { devices: [device.uniqueId, String(device.id)] }, position, at)) };
    },
  );
}
