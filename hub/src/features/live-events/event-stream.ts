/** One browser's stream of server-sent events. */
import type { ServerResponse } from "node:http";
import type { FastifyBaseLogger } from "fastify";
import type { EventFeed, FeedEntry, Follower } from "./event-feed.ts";

/** Who gets which event: everything, or only what is a technician's own. */
export type Sees = (entry: FeedEntry) => boolean;

/** How long a browser should wait before it comes back. */
const RETRY_MS = 2_000;
/** A reader that takes nothing for so long is gone. */
const STALLED_MS = 60_000;

/**
 * Follows the feed from a given id without a gap and without a repeat.
 *
 * While the reader keeps up, each event is written as it comes. A reader that is behind, because it just came or because it reads slowly, is
 * served from what is kept, at its own pace, until it is level with the feed again: nothing piles up in memory for it.
 */
export class EventStream implements Follower {
  readonly #feed: EventFeed;
  readonly #response: ServerResponse;
  readonly #log: FastifyBaseLogger;
  #sees: Sees;
  #cursor: number;
  /** The last id the browser was told; behind the cursor when events in between were not for it. */
  #told: number;
  #level = false;
  #ended = false;

  constructor(feed: EventFeed, response: ServerResponse, log: FastifyBaseLogger, options: { after: number; sees: Sees }) {
    this.#feed = feed;
    this.#response = response;
    this.#log = log;
    this.#sees = options.sees;
    this.#cursor = options.after;
    this.#told = options.after;
  }

  /** @param lost the ids the browser asked for are not kept any more: it must load its page's data anew. */
  start(options: { lost: boolean }): void {
    const reset = options.lost ? `event: reset\ndata: {"last":${this.#cursor}}\n` : "";
    // An id without data is remembered by the browser and shown to nobody: a stream cut before its first event resumes here.
    this.#response.write(`retry: ${RETRY_MS}\nid: ${this.#cursor}\n${reset}\n`);
    this.#feed.follow(this);
    void this.#catchUp();
  }

  watch(sees: Sees): void {
    this.#sees = sees;
  }

  offer(entry: FeedEntry): void {
    if (!this.#level || entry.id <= this.#cursor) return;
    if (!this.#send(entry)) void this.#catchUp();
  }

  heartbeat(): void {
    if (this.#ended || !this.#level) return;
    const position = this.#told < this.#cursor ? `id: ${this.#cursor}\n` : "";
    this.#told = this.#cursor;
    if (!this.#response.write(`${position}: \n\n`)) void this.#catchUp();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#feed.unfollow(this);
    if (this.#response.writableNeedDrain) this.#response.destroy();
    else this.#response.end();
  }

  /** @returns false when the reader does not keep up. */
  #send(entry: FeedEntry): boolean {
    this.#cursor = entry.id;
    if (!this.#sees(entry)) return true;
    this.#told = entry.id;
    return this.#response.write(entry.frame);
  }

  async #catchUp(): Promise<void> {
    this.#level = false;
    try {
      while (!this.#ended) {
        if (this.#response.writableNeedDrain && !(await this.#drained())) return this.#abandon();
        // No await between this comparison and being level: an event handed out meanwhile would be in neither.
        if (this.#cursor >= this.#feed.last) {
          this.#level = true;
          return;
        }
        const upTo = this.#feed.last;
        const entries = await this.#feed.after(this.#cursor);
        // Nothing is kept between here and there: it was pruned in this very moment.
        if (entries.length === 0) this.#cursor = Math.max(this.#cursor, upTo);
        for (const entry of entries) {
          if (this.#ended) return;
          if (!this.#send(entry)) break;
        }
      }
    } catch (error) {
      this.#log.warn({ err: error }, "a stream could not be served from what is kept; its browser comes back");
      this.end();
    }
  }

  #drained(): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (drained: boolean) => () => {
        clearTimeout(timer);
        this.#response.off("drain", onDrain);
        this.#response.off("close", onClose);
        resolve(drained);
      };
      const onDrain = settle(true);
      const onClose = settle(false);
      const timer = setTimeout(onClose, STALLED_MS);
      this.#response.once("drain", onDrain);
      this.#response.once("close", onClose);
    });
  }

  #abandon(): void {
    this.#ended = true;
    this.#feed.unfollow(this);
    this.#response.destroy();
  }
}
