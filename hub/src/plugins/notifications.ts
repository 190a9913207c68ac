/**
 * What PostgreSQL notifies, on one connection for the whole hub. The connection is made again whenever it is lost; what was notified in
 * between is gone, so every subscriber is told to look for itself.
 */
import fp from "fastify-plugin";
import pg from "pg";
import type { FastifyBaseLogger } from "fastify";

declare module "fastify" {
  interface FastifyInstance {
    notifications: Notifications;
  }
}

export interface Subscription {
  readonly channel: string;
  notified(payload: string): void;
  /** The connection stands (again): look for what was missed. */
  connected(): void;
}

const RETRY_MS = { first: 50, most: 5_000 };
/** A connection whose other end has vanished says nothing by itself: it is asked. */
const PROBE_MS = 15_000;

export class Notifications {
  readonly #databaseUrl: string;
  readonly #log: FastifyBaseLogger;
  readonly #subscriptions: Subscription[] = [];
  #client: pg.Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #delay = RETRY_MS.first;
  #stopped = false;

  constructor(databaseUrl: string, log: FastifyBaseLogger) {
    this.#databaseUrl = databaseUrl;
    this.#log = log;
  }

  /** Before the hub is ready only: channels are listened to as the connection is made. */
  subscribe(subscription: Subscription): void {
    this.#subscriptions.push(subscription);
  }

  async start(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#databaseUrl,
      application_name: "hub-listen",
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
      query_timeout: 10_000,
    });
    let lost = false;
    const lose = (error?: Error): void => {
      if (lost || this.#stopped) return;
      lost = true;
      this.#log.warn({ err: error }, "the connection that listens was lost; it is made again");
      client.end().catch((failure: unknown) => this.#log.debug({ err: failure }, "the lost connection did not end cleanly"));
      this.#timer = setTimeout(() => void this.start(), this.#delay);
      this.#delay = Math.min(this.#delay * 2, RETRY_MS.most);
    };
    client.on("error", lose);
    client.on("end", () => lose());
    client.on("notification", ({ channel, payload }) => {
      for (const subscription of this.#subscriptions) if (subscription.channel === channel) subscription.notified(payload ?? "");
    });
    try {
      await client.connect();
      for (const channel of new Set(this.#subscriptions.map((subscription) => subscription.channel))) {
        await client.query(`listen ${pg.escapeIdentifier(channel)}`);
      }
    } catch (error) {
      lose(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    if (this.#stopped) {
      await client.end();
      return;
    }
    this.#client = client;
    this.#delay = RETRY_MS.first;
    this.#probe(client, lose);
    for (const subscription of this.#subscriptions) subscription.connected();
  }

  #probe(client: pg.Client, lose: (error: Error) => void): void {
    this.#timer = setTimeout(() => {
      client.query("select 1").then(() => this.#probe(client, lose), lose);
    }, PROBE_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#client?.end();
  }
}

export const notifications = fp<{ databaseUrl: string }>(
  async (app, { databaseUrl }) => {
    const listening = new Notifications(databaseUrl, app.log);
    app.decorate("notifications", listening);
    app.addHook("onReady", () => listening.start());
    app.addHook("onClose", () => listening.stop());
  },
  { name: "notifications", dependencies: ["database"] },
);
