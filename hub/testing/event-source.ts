import { request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { liveEvent } from "@gigafibre/contracts/events";
import type { LiveEvent } from "@gigafibre/contracts/events";

export interface OpenedStream {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  /** Everything that came, as it came. */
  text(): string;
  /** The events that came whole. */
  events(): LiveEvent[];
  readonly ended: Promise<void>;
  /** Stops reading, as a browser on a dead line does, and reads again. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** Opens `/events` as a browser does. */
export function openStream(hubUrl: string, options: { sid?: string; after?: number; lastEventId?: number } = {}): Promise<OpenedStream> {
  return new Promise((resolve, reject) => {
    const query = options.after === undefined ? "" : `?after=${options.after}`;
    const request = httpRequest(`${hubUrl}/events${query}`, {
      headers: {
        accept: "text/event-stream",
        ...(options.sid === undefined ? {} : { cookie: `sid=${options.sid}` }),
        ...(options.lastEventId === undefined ? {} : { "last-event-id": String(options.lastEventId) }),
      },
    });
    request.once("error", reject);
    request.once("response", (response) => {
      const chunks: string[] = [];
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => chunks.push(chunk));
      const ended = new Promise<void>((settle) => response.once("close", settle));
      request.on("error", () => response.destroy());
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text: () => chunks.join(""),
        events: () => eventsOf(chunks.join("")),
        ended,
        pause: () => void response.pause(),
        resume: () => void response.resume(),
        close: () => void request.destroy(),
      });
    });
    request.end();
  });
}

function eventsOf(text: string): LiveEvent[] {
  const blocks = text.slice(0, text.lastIndexOf("\n\n") + 1).split("\n\n");
  return blocks.flatMap((block) => {
    const data = /^data: (.*)$/m.exec(block)?.[1];
    return data === undefined || /^event: /m.test(block) ? [] : [liveEvent.parse(JSON.parse(data))];
  });
}
