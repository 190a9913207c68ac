/**
 * The hub among its neighbours: ERPNext, Stripe and the inbox stand in for the outside on real sockets, each test file has its own databases,
 * and a hub can be stopped and started again on what it left. Only tests import this.
 */
import type { FastifyInstance } from "fastify";
import type { GivenSite } from "@gigafibre/fixtures/demo/given-site";
import { seedSite } from "@gigafibre/fixtures/demo/site";
import { createErpnext } from "@gigafibre/fixtures/erpnext/app";
import type { FaultRule } from "@gigafibre/fixtures/faults/faults";
import { createInbox } from "@gigafibre/fixtures/inbox/app";
import type { Message } from "@gigafibre/fixtures/inbox/messages";
import { freePort } from "@gigafibre/fixtures/postgres/cluster";
import { freshDatabase } from "@gigafibre/fixtures/postgres/fresh-database";
import { createStripe } from "@gigafibre/fixtures/stripe/app";
import { buildApp } from "../src/app.ts";
import { ErpnextAdmin } from "./erpnext-admin.ts";
import { NOBODY, settings, WEBHOOK_SECRET } from "./hub.ts";
import { backUpDatabase, backUpTables } from "./backups.ts";
import { ADMIN_PASSWORD, outsideDatabase } from "./outside-database.ts";
import { StripeBrowser } from "./stripe-browser.ts";

/** Its documents, names and keys: Stripe and the inbox are in the same database, and are not restored. */
const ERPNEXT_TABLES = ["document", "unique_value", "series", "secret"].map((table) => `erpnext.${table}`);
const TWILIO_TOKEN = "twilio_token_standin";

export interface WorldOptions {
  /** Which neighbours stand; each does unless told. One that does not is a port on which nobody answers. */
  readonly erpnext?: boolean;
  readonly stripe?: boolean;
  readonly inbox?: boolean;
  /** A real ERPNext, marked as a test site, in place of its stand-in. */
  readonly site?: GivenSite | undefined;
  /** Settings of the hub beyond those that name its neighbours. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface Neighbour {
  readonly url: string;
  /** Makes it misbehave, see fixtures/faults. */
  fault(...rules: FaultRule[]): Promise<void>;
  /** Ends its misbehaviour. */
  heal(): Promise<void>;
}

export interface World {
  /** The hub of this moment: another one after a restart. */
  readonly app: FastifyInstance;
  /** The hub's own address, once `listen` was asked for. */
  readonly hubUrl: string;
  readonly databaseUrl: string;
  readonly erpnext: Neighbour & { readonly admin: ErpnextAdmin };
  readonly stripe: Neighbour & { readonly browser: StripeBrowser };
  readonly inbox: Neighbour & {
    /** What was sent, oldest first; those that name `about` anywhere, when given. */
    messages(about?: string): Promise<Message[]>;
  };
  /** Lets time pass for the queues: what is due later is due now. */
  hurry(): Promise<void>;
  /** A second hub on the same database, as another replica. The caller closes it. */
  anotherHub(overrides?: Readonly<Record<string, string>>): Promise<FastifyInstance>;
  /** Keeps what ERPNext, or the hub, holds now. The answer puts it in the place of what is there, as a restored backup does. */
  backUp(what: "erpnext" | "hub"): Promise<() => Promise<void>>;
  /** Stops the hub in good order and starts it again on its database. */
  restartHub(overrides?: Readonly<Record<string, string>>): Promise<FastifyInstance>;
  stop(): Promise<void>;
}

function neighbour(url: string): Neighbour {
  const call = async (method: string, body?: object): Promise<void> => {
    const answer = await fetch(`${url}/__faults`, {
      method,
      ...(body ? { headers: { "content-type": "application/json" }, body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(`faults of ${url}: ${answer.status} ${await answer.text()}`);
  };
  return { url, fault: (...rules) => call("POST", { rules }), heal: () => call("DELETE") };
}

async function listening(app: FastifyInstance, port = 0): Promise<string> {
  return app.listen({ host: "127.0.0.1", port });
}

/** Starts the neighbours and a hub that knows them, each on fresh databases. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const [outside, hubDatabase] = await Promise.all([outsideDatabase(), freshDatabase("hub")]);
  const hubPort = await freePort();
  const hubUrl = `http://127.0.0.1:${hubPort}`;
  const started: FastifyInstance[] = [];
  const start = async (app: FastifyInstance, port?: number): Promise<string> => {
    started.push(app);
    return listening(app, port);
  };

  let erpnextUrl = options.site?.url ?? NOBODY;
  const keys = options.site ? await seedSite({ ...options.site, hubUrl, webhookSecret: WEBHOOK_SECRET }) : outside.keys;
  if (options.erpnext !== false && !options.site) {
    const erpnext = await createErpnext({
      databaseUrl: outside.url,
      webhook: { url: hubUrl, secret: WEBHOOK_SECRET },
      webhookPauses: [20, 20],
    });
    erpnextUrl = await start(erpnext);
  }
  let stripeUrl = NOBODY;
  if (options.stripe !== false) {
    const port = await freePort();
    const stripe = await createStripe({
      databaseUrl: outside.url,
      publicUrl: `http://127.0.0.1:${port}`,
      webhook: { url: `${hubUrl}/webhooks/stripe`, secret: "whsec_1", firstRetryMs: 20 },
    });
    stripeUrl = await start(stripe, port);
  }
  let inboxUrl = NOBODY;
  let smtpPort = 1;
  if (options.inbox !== false) {
    const inbox = await createInbox({ databaseUrl: outside.url, smtpPort: 0, twilioAuthToken: TWILIO_TOKEN, smsUrl: `${hubUrl}/webhooks/twilio/messages` });
    inboxUrl = await start(inbox);
    smtpPort = inbox.smtpPort ?? 1;
  }
  const admin = new ErpnextAdmin(erpnextUrl);
  if (options.erpnext !== false) {
    await admin.signIn(options.site?.adminUser ?? "Administrator", options.site?.adminPassword ?? ADMIN_PASSWORD);
    // A site that outlives the hub's database would take the new hub for one restored from a backup.
    if (options.site) await admin.update("Hub Mark", "Hub Mark", { mark: "" });
  }

  const config = (overrides: Readonly<Record<string, string>> = {}): ReturnType<typeof settings> =>
    settings({
      PUBLIC_URL: hubUrl,
      DATABASE_URL: hubDatabase.url,
      // Kept over a restart: what was sealed must open again.
      ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString("base64")}`,
      ERPNEXT_URL: erpnextUrl,
      ERPNEXT_API_KEY: keys.apiKey,
      ERPNEXT_API_SECRET: keys.apiSecret,
      STRIPE_SECRET_KEY: "sk_test_standin",
      STRIPE_PUBLISHABLE_KEY: "pk_test_standin",
      STRIPE_API_URL: stripeUrl,
      TWILIO_ACCOUNT_SID: "AC00000000000000000000000000000001",
      TWILIO_AUTH_TOKEN: TWILIO_TOKEN,
      TWILIO_FROM: "+14505550100",
      TWILIO_API_URL: inboxUrl,
      SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
      SLACK_WEBHOOK_URL: `${inboxUrl}/slack/services/T0/B0/secret`,
      OUTBOUND_WEBHOOK_URL: `${inboxUrl}/webhook/orders`,
      OUTBOUND_WEBHOOK_SECRET: "outbound-secret-of-tests",
      CHECKOUTS_PER_HOUR: "1000000",
      ...options.settings,
      ...overrides,
    });

  let app = await buildApp(config());
  await listening(app, hubPort);
  if (options.erpnext !== false) await Promise.all([app.catalog.refresh(), app.installDates.refresh()]);

  const again = async (overrides?: Readonly<Record<string, string>>): Promise<void> => {
    app = await buildApp(config(overrides));
    await listening(app, hubPort);
  };
  const inbox = neighbour(inboxUrl);
  return {
    get app() {
      return app;
    },
    hubUrl,
    databaseUrl: hubDatabase.url,
    erpnext: { ...neighbour(erpnextUrl), admin },
    stripe: { ...neighbour(stripeUrl), browser: new StripeBrowser(stripeUrl) },
    inbox: {
      ...inbox,
      async messages(about) {
        const answer = await fetch(`${inboxUrl}/inbox/api/messages?limit=5000`);
        const { messages } = (await answer.json()) as { messages: Message[] };
        return messages.reverse().filter((message) => about === undefined || JSON.stringify(message).includes(about));
      },
    },
    async hurry() {
      await app.db.query("update jobs.job set start_after = now() where state in ('created', 'retry') and start_after > now()");
    },
    async anotherHub(overrides) {
      const other = await buildApp(config(overrides));
      await other.ready();
      return other;
    },
    async restartHub(overrides) {
      await app.close();
      await again(overrides);
      return app;
    },
    async backUp(what) {
      if (what === "erpnext") return backUpTables(outside.url, ERPNEXT_TABLES);
      await app.close();
      const restore = await backUpDatabase(hubDatabase.url);
      await again();
      return async () => {
        await app.close();
        await restore();
        await again();
      };
    },
    async stop() {
      if (options.site) await admin.update("Gigafibre Settings", "Gigafibre Settings", { hub_url: "" });
      await app.close();
      await Promise.all(started.map((each) => each.close()));
      await Promise.all([outside.drop(), hubDatabase.drop()]);
    },
  };
}

/** Waits until `check` gives something. @throws Error saying what was waited for. */
export async function eventually<T>(what: string, check: () => Promise<T | undefined | null | false>, timeoutMs = 30_000): Promise<T> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const found = await check();
    if (found !== undefined && found !== null && found !== false) return found;
    if (Date.now() > until) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
