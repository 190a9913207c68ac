/**
 * One stream of live events a browser, however many tabs. The tab that holds the lock has the stream and tells the others by a channel; the lock
 * passes on when it dies. Ids have no gaps, so a tab knows what it has and what it lacks: it takes each event once, in order, and asks for what it
 * missed.
 */
import { liveEvent } from "@gigafibre/contracts/events";
import type { LiveEvent } from "@gigafibre/contracts/events";
import { z } from "zod";

const LOCK = "gigafibre-ops-live";
const CHANNEL = "gigafibre-ops-live";
/** What a tab keeps for another that opens or lags. */
const KEPT = 1_000;
const PAUSE_MS = 3_000;

const message = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("events"), events: z.array(liveEvent) }),
  /** What is missing is not kept anywhere any more. */
  z.object({ kind: z.literal("reset"), last: z.int() }),
  z.object({ kind: z.literal("lack"), after: z.int() }),
  z.object({ kind: z.literal("state"), connected: z.boolean(), last: z.int() }),
]);
type Message = z.infer<typeof message>;
const resetData = z.object({ last: z.int() });

export interface Follower {
  /** The last id that this tab has before it begins. */
  readonly after: number;
  readonly event: (event: LiveEvent) => void;
  /** Events were lost: what was read may be old. */
  readonly lost: () => void;
  readonly connected: (is: boolean) => void;
  /** The hub closed the stream for good; settles when it may be asked again, with whoever is signed in. */
  readonly mayAskAgain: () => Promise<unknown>;
}

/** @returns leaves, and lets another tab have the stream */
export function followOneStream(follower: Follower): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  const leaving = new AbortController();
  const kept: LiveEvent[] = [];
  let last = follower.after;
  let leading = false;
  let connected = false;

  const tell = (said: Message): void => channel.postMessage(said);

  function take(events: readonly LiveEvent[]): void {
    for (const event of events) {
      if (event.id <= last) continue;
      if (event.id > last + 1 && !leading) return tell({ kind: "lack", after: last });
      last = event.id;
      kept.push(event);
      if (kept.length > KEPT) kept.shift();
      follower.event(event);
    }
  }

  function restart(from: number): void {
    if (from <= last) return;
    last = from;
    kept.length = 0;
    follower.lost();
  }

  function setConnected(is: boolean): void {
    connected = is;
    follower.connected(is);
    if (leading) tell({ kind: "state", connected: is, last });
  }

  channel.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    const said = message.parse(data);
    switch (said.kind) {
      case "events":
        return take(said.events);
      case "reset":
        return restart(said.last);
      case "state":
        if (!leading) {
          follower.connected(said.connected);
          if (said.last > last) tell({ kind: "lack", after: last });
        }
        return;
      case "lack": {
        if (!leading || said.after > last) return;
        // A tab that just opened asks with nothing to catch up on: it learns whether there is a stream.
        if (said.after === last) return tell({ kind: "state", connected, last });
        const oldest = kept[0]?.id ?? last + 1;
        if (said.after < oldest - 1) tell({ kind: "reset", last: oldest - 1 });
        tell({ kind: "events", events: kept.filter(({ id }) => id > said.after) });
        return tell({ kind: "state", connected, last });
      }
    }
  });

  /** Until the hub closes it for good, or this tab leaves. EventSource itself comes back with Last-Event-ID after a lost connection. */
  function stream(): Promise<void> {
    return new Promise((resolve) => {
      const source = new EventSource(`/events?after=${last}`);
      const close = (): void => {
        source.close();
        setConnected(false);
        resolve();
      };
      leaving.signal.addEventListener("abort", close, { once: true });
      source.addEventListener("open", () => setConnected(true));
      source.addEventListener("message", ({ data }: MessageEvent<string>) => {
        const event = liveEvent.parse(JSON.parse(data));
        take([event]);
        tell({ kind: "events", events: [event] });
      });
      source.addEventListener("reset", ({ data }: MessageEvent<string>) => {
        const { last: from } = resetData.parse(JSON.parse(data));
        restart(from);
        tell({ kind: "reset", last: from });
      });
      source.addEventListener("error", () => {
        if (source.readyState === EventSource.CLOSED) {
          leaving.signal.removeEventListener("abort", close);
          close();
        } else setConnected(false);
      });
    });
  }

  async function lead(): Promise<void> {
    leading = true;
    while (!leaving.signal.aborted) {
      await stream();
      if (leaving.signal.aborted) return;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      await follower.mayAskAgain();
    }
  }

  navigator.locks.request(LOCK, { signal: leaving.signal }, lead).catch((error: unknown) => {
    if (!leaving.signal.aborted) throw error;
  });
  tell({ kind: "lack", after: last });

  return () => {
    leaving.abort();
    channel.close();
  };
}
