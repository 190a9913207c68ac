import fp from "fastify-plugin";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { isAgent } from "@gigafibre/contracts/session";
import type { StaffSession } from "@gigafibre/contracts/session";
import type { FastifyRequest } from "fastify";
import { isStaff } from "../../plugins/access.ts";
import { Refusal } from "../../plugins/problems.ts";
import { EventFeed } from "./event-feed.ts";
import { EventStream } from "./event-stream.ts";
import type { Sees } from "./event-stream.ts";
import { pruneEvents } from "./prune-events.ts";
import { EVENTS_WAITING } from "./record-event.ts";
import { EVENTS_SEQUENCED, Sequencer } from "./sequencer.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** Streams open on this hub. */
    openStreams(): number;
  }
}

export interface LiveEventsOptions {
  readonly heartbeatMs?: number;
  /** How often an open stream's session is asked for again. */
  readonly sessionCheckMs?: number;
}

/** Between 15 and 25 s: shorter than the patience of any proxy, longer than a phone's radio likes to sleep. */
const HEARTBEAT_MS = 20_000;
const SESSION_CHECK_MS = 5 * 60_000;
const PRUNE_QUEUE = "prune-events";

const position = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Dispatchers and agents see everything; a technician, what is their own. */
function seenBy(session: StaffSession): Sees {
  return isAgent(session) ? () => true : (entry) => entry.audience.includes(session.user);
}

/** Where a stream begins: what the browser saw last goes before what its page asked for at first. */
function askedPosition(request: FastifyRequest, after: number | undefined): number | undefined {
  const resumed = request.headers["last-event-id"];
  return typeof resumed === "string" && /^\d{1,15}$/.test(resumed) ? Number(resumed) : after;
}

/** Live events: `GET /events`, their sequencer and their pruning. */
export const liveEvents = fp<LiveEventsOptions>(
  async (app, options) => {
    const typed = app.withTypeProvider<ZodTypeProvider>();
    const feed = new EventFeed(app.db, app.log);
    const sequencer = new Sequencer(app.db, app.log);
    const streams = new Set<EventStream>();
    let closing = false;
    app.decorate("openStreams", () => streams.size);

    app.notifications.subscribe({ channel: EVENTS_WAITING, notified: () => sequencer.poke(), connected: () => sequencer.poke() });
    app.notifications.subscribe({ channel: EVENTS_SEQUENCED, notified: () => feed.poke(), connected: () => feed.poke() });

    const heartbeat = setInterval(() => {
      for (const stream of streams) stream.heartbeat();
    }, options.heartbeatMs ?? HEARTBEAT_MS);

    app.addHook("onReady", async () => {
      await feed.start();
      sequencer.start();
      await app.jobs.createQueue(PRUNE_QUEUE);
      await app.jobs.work(PRUNE_QUEUE, async () => {
        app.log.info({ removed: await pruneEvents(app.db) }, "old events were removed");
      });
      await app.jobs.schedule(PRUNE_QUEUE, "17 4 * * *", null, { tz: "America/Toronto" });
    });
    // A server waits for its open answers before it closes: streams would hold it for ever.
    app.addHook("preClose", async () => {
      closing = true;
      clearInterval(heartbeat);
      for (const stream of streams) stream.end();
    });
    app.addHook("onClose", async () => {
      await sequencer.stop();
      await feed.stop();
    });

    /** Ends the stream of a person who signed out or lost their role. ERPNext being away ends nobody's. */
    function keepAsking(request: FastifyRequest, stream: EventStream): NodeJS.Timeout {
      return setInterval(() => {
        app.staffOf(request).then(
          (session) => (session && isStaff(session) ? stream.watch(seenBy(session)) : stream.end()),
          (error: unknown) => request.log.info({ err: error }, "the session of a stream could not be asked for"),
        );
      }, options.sessionCheckMs ?? SESSION_CHECK_MS);
    }

    typed.get(
      "/events",
      {
        exposeHeadRoute: false,
        config: { access: "staff" },
        schema: {
          tags: ["Live events"],
          summary: "Server-sent events: what happened to which document",
          description:
            "Each event is one message: its `id` a sequence number without gaps, its `data` a JSON object { id, kind, doctype, name, at }. " +
            "It resumes after `Last-Event-ID`, or after `?after=` for a page that has just loaded its data (see /api/events/last); " +
            "without either it begins now. A comment comes every 20 seconds. A message of type `reset` says that the ids asked for are " +
            "not kept any more: load the data anew. Dispatchers and agents get every event, a technician those of their own jobs.",
          querystring: z.object({ after: position.optional() }),
        },
      },
      async (request, reply) => {
        const session = request.staff;
        if (!session) throw new Refusal("sign_in_required");
        if (closing) throw new Refusal("temporarily_unavailable");
        const { first, last } = await feed.bounds();
        const asked = askedPosition(request, request.query.after);
        const lost = asked !== undefined && (asked < first - 1 || asked > last);
        const after = asked === undefined || lost ? last : asked;

        reply.hijack();
        const response = reply.raw;
        response.writeHead(200, {
          ...(reply.getHeaders() as Record<string, string>),
          "content-type": "text/event-stream; charset=utf-8",
          "cache-control": "no-cache, no-transform",
          "x-accel-buffering": "no",
        });
        const stream = new EventStream(feed, response, request.log, { after, sees: seenBy(session) });
        const asking = keepAsking(request, stream);
        streams.add(stream);
        response.once("close", () => {
          clearInterval(asking);
          streams.delete(stream);
          stream.end();
        });
        stream.start({ lost });
      },
    );

    typed.get(
      "/api/events/last",
      {
        config: { access: "staff" },
        schema: {
          tags: ["Live events"],
          summary: "The id of the last event",
          description: "Taken before a page loads its data, it is where the page's stream begins (`/events?after=`): nothing falls between.",
          response: { 200: z.object({ id: z.int() }) },
        },
      },
      async () => ({ id: (await feed.bounds()).last }),
    );
  },
  { name: "live-events", dependencies: ["database", "jobs", "notifications", "access"] },
);
