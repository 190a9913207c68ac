/** The hub's live events, as hints that the days are worth asking for again. Listened to while the app is shown and somebody is signed in. */
import { eventKind } from "@gigafibre/contracts/events";
import type { EventKind } from "@gigafibre/contracts/events";
import { z } from "zod";

const hint = z.looseObject({ kind: eventKind });

export interface Hints {
  /** Again, where the browser has given up: a session that ended closes the stream for good. */
  listen(): void;
  close(): void;
}

export function openHints(hear: (kind: EventKind) => void): Hints {
  let stream: EventSource | undefined;
  const stop = (): void => {
    stream?.close();
    stream = undefined;
  };
  const listen = (): void => {
    if (document.visibilityState === "hidden" || (stream && stream.readyState !== EventSource.CLOSED)) return;
    stream = new EventSource("/events");
    stream.onmessage = ({ data }: MessageEvent<string>) => {
      const event = hint.safeParse(JSON.parse(data));
      if (event.success) hear(event.data.kind);
    };
  };
  const shown = (): void => (document.visibilityState === "hidden" ? stop() : undefined);
  document.addEventListener("visibilitychange", shown);
  return {
    listen,
    close: () => {
      document.removeEventListener("visibilitychange", shown);
      stop();
    },
  };
}
