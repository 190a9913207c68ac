/**
 * The world of the suite: real PostgreSQL, the stand-ins, the real hub as a process, and between them lines that can be made to fail. It is
 * prepared once; every world is a copy, so that a world with a mutation in it begins as the others do.
 */
import { spawn } from "node:child_process";
import { mkdtemp, chmod, rm } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { createErpnext } from "@gigafibre/fixtures/erpnext/app";
import { setupSite } from "@gigafibre/fixtures/erpnext/site";
import { createInbox } from "@gigafibre/fixtures/inbox/app";
import { createStripe } from "@gigafibre/fixtures/stripe/app";
import { DEMO_PASSWORD, seedSite } from "@gigafibre/fixtures/demo/site";
import type { GivenSite } from "@gigafibre/fixtures/demo/given-site";
import { Rest } from "@gigafibre/fixtures/demo/rest";
import { startCluster } from "@gigafibre/fixtures/postgres/cluster";
import { HubProcess } from "./hub-process.ts";
import { Databases } from "./databases.ts";
import { buildPlant, doors } from "./plant.ts";
import type { DoorKind, Doors } from "./plant.ts";
import { createQuiet } from "./quiet.ts";
import type { Quiet } from "./quiet.ts";
import { cookieOf, Reader } from "./read-back.ts";
import type { Counts, Found } from "./read-back.ts";
import { Shopper } from "./shopper.ts";
import type { Basket } from "./shopper.ts";
import { openSmtpWire } from "./smtp-wire.ts";
import type { SmtpWire } from "./smtp-wire.ts";
import { steadyPort } from "./steady-port.ts";
import { openWire } from "./wire.ts";
import type { Wire } from "./wire.ts";

const house = fileURLToPath(new URL("../..", import.meta.url));
export const TEMPLATE = "faults_template";
export const STRIPE_KEY = "sk_test_standin";
const PUBLISHABLE_KEY = "pk_test_standin";

/** What every copy has in common. Plain data, so that another process can open a world of its own. */
export interface Prepared {
  readonly clusterUrl: string;
  /** A folder for the run, gone after it. */
  readonly scratch: string;
  readonly doorCount: number;
  /** A site that was given rather than stood in for: it outlives the run, and stands as it was left. */
  readonly site: string | null;
  /** Tells this run's people and drops from those of earlier runs on the same site. */
  readonly mark: string;
  readonly adminUser: string;
  readonly adminPassword: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly encryptionKeys: string;
  readonly webhookSecret: string;
}

export interface Lines {
  readonly erpnext: Wire;
  readonly stripe: Wire;
  /** Twilio, Slack and the outbound webhook. */
  readonly inbox: Wire;
  readonly smtp: SmtpWire;
  /** What ERPNext and Stripe tell the hub. */
  readonly hooks: Wire;
}

export interface World {
  readonly hub: HubProcess;
  /** ERPNext itself, without a line in between. */
  readonly erpnextUrl: string;
  /** Stripe itself. */
  readonly stripeUrl: string;
  readonly lines: Lines;
  readonly reader: Reader;
  readonly quiet: Quiet;
  readonly databaseUrl: string;
  /** The last lines the hub logged. */
  readonly log: readonly string[];
  /** What was last found of each person's order, by their number. */
  readonly ledger: Map<number, Found>;
  /** Documents that stand in ERPNext beside those of orders. */
  madeInDesk(more: Partial<Counts>): void;
  readonly desk: Counts;
  /** Someone new, at an address nobody has asked for yet; or at `at`, to race for it. */
  shopper(options?: { door?: DoorKind; basket?: Basket; at?: Shopper; byAgent?: boolean }): Shopper;
  /** Runs `pnpm reconcile` as its own process. */
  reconcile(args: readonly string[]): Promise<{ code: number | null; said: string }>;
  /** Of a world whose databases are apart. */
  readonly databases: Databases;
  /** A second hub on the same database, as another replica; it stops with the world. */
  anotherHub(): Promise<HubProcess>;
  /** The cookie of a signed-in agent. */
  readonly agent: string;
  stop(): Promise<void>;
}

function hubSettings(prepared: Pick<Prepared, "encryptionKeys" | "webhookSecret" | "scratch">, databaseUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    ENCRYPTION_KEYS: prepared.encryptionKeys,
    ERPNEXT_WEBHOOK_SECRET: prepared.webhookSecret,
    STRIPE_SECRET_KEY: STRIPE_KEY,
    STRIPE_PUBLISHABLE_KEY: PUBLISHABLE_KEY,
    STRIPE_WEBHOOK_SECRET: "whsec_of_the_fault_suite",
    SEARCH_PER_SECOND: "100000",
    SEARCH_BURST: "100000",
    CHECKOUTS_PER_HOUR: "1000000",
    // Compiled once for all restarts.
    NODE_COMPILE_CACHE: path.join(prepared.scratch, "compiled"),
  };
}

/** A hub with a defect put in is told which, as the process that starts it was. */
function mutationOf({ GIGAFIBRE_MUTATION: name, GIGAFIBRE_MUTATION_APPLIED: applied }: NodeJS.ProcessEnv): Record<string, string> {
  return name !== undefined && applied !== undefined ? { GIGAFIBRE_MUTATION: name, GIGAFIBRE_MUTATION_APPLIED: applied } : {};
}

async function sql(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/**
 * Starts a PostgreSQL and makes the world that all others are copied from.
 * @param options.durable writes reach the disk before they are committed, as in production: for figures
 * @param options.site an ERPNext marked as a test site, in place of the stand-in; one world at a time
 */
export async function prepareWorld(options: { doors: number; durable?: boolean; site?: GivenSite | undefined }): Promise<{ prepared: Prepared; stop: () => Promise<void> }> {
  const home = await mkdtemp(path.join(tmpdir(), "gigafibre-faults-"));
  await chmod(home, 0o755);
  const cluster = await startCluster({ dataDir: path.join(home, "data"), port: await steadyPort(), ephemeral: options.durable !== true });
  const stop = async (): Promise<void> => {
    await cluster.stop();
    await rm(home, { recursive: true, force: true });
  };
  try {
    // A throw-away server acknowledges commits before it has written them: here it is killed, and what it acknowledged must be there.
    await sql(`${cluster.url}/postgres`, "alter role current_user set synchronous_commit = on");
    await sql(`${cluster.url}/postgres`, `create database ${TEMPLATE}`);
    const databaseUrl = `${cluster.url}/${TEMPLATE}`;
    const common = { clusterUrl: cluster.url, scratch: home, doorCount: options.doors };
    const secrets = { encryptionKeys: `k1:${randomBytes(32).toString("base64")}`, webhookSecret: randomBytes(24).toString("base64url") };
    const finish = async (site: GivenSite, given: boolean): Promise<Prepared> => {
      const keys = await seedSite(site);
      const mark = given ? `${randomBytes(3).toString("hex")} ` : "";
      await migrate({
        ...hubSettings({ ...secrets, scratch: home }, databaseUrl),
        ERPNEXT_URL: site.url,
        ERPNEXT_API_KEY: keys.apiKey,
        ERPNEXT_API_SECRET: keys.apiSecret,
      });
      await buildPlant(databaseUrl, options.doors, mark.trim());
      return { ...common, ...secrets, ...keys, mark, site: given ? site.url : null, adminUser: site.adminUser, adminPassword: site.adminPassword };
    };
    if (options.site) return { prepared: await finish(options.site, true), stop };
    const adminPassword = randomBytes(12).toString("base64url");
    const erpnext = await createErpnext({ databaseUrl });
    try {
      await setupSite(erpnext, { adminPassword });
      const url = await erpnext.listen({ host: "127.0.0.1", port: 0 });
      return { prepared: await finish({ url, adminUser: "Administrator", adminPassword }, false), stop };
    } finally {
      await erpnext.close();
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A command of the hub's own, with its settings. */
async function runToEnd(args: readonly string[], settings: Readonly<Record<string, string>>): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [...args], { cwd: house, stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env["PATH"] ?? "", ...settings } });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => void (said += part.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, said };
}

async function migrate(settings: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, [`${house}hub/src/migrate.ts`], {
    cwd: house,
    stdio: ["ignore", "inherit", "inherit"],
    env: { PATH: process.env["PATH"] ?? "", ...settings },
  });
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  if (code !== 0) throw new Error("the hub's database could not be brought up to date");
}

export interface WorldOptions {
  /** The hub's, ERPNext's and the others' data each in a database of its own, so that one can be restored without the other. */
  readonly apart?: boolean;
  /** Arguments of Node before the hub's own file. */
  readonly nodeArguments?: readonly string[];
  readonly log?: (line: string) => void;
  /** Settings of the hub beyond those that name its neighbours. */
  readonly settings?: Readonly<Record<string, string>>;
}

const KEPT_LOG_LINES = 200;

/** Opens a copy of the prepared world. */
export async function openWorld(prepared: Prepared, options: WorldOptions): Promise<World> {
  const name = `faults_${randomBytes(6).toString("hex")}`;
  const databases = new Databases(prepared.clusterUrl);
  const databaseUrl = await databases.copy(TEMPLATE, name);
  const erpnextDatabase = options.apart ? await databases.copy(TEMPLATE, `${name}_erpnext`) : databaseUrl;
  const outsideDatabase = options.apart ? await databases.copy(TEMPLATE, `${name}_outside`) : databaseUrl;
  const stops: (() => Promise<unknown>)[] = [() => databases.drop()];
  const stop = async (): Promise<void> => {
    for (const step of stops.splice(0).reverse()) await step();
  };
  try {
    const local = (port: number): string => `http://127.0.0.1:${port}`;
    const hubPort = await steadyPort();
    const hooks = await openWire(() => local(hubPort));
    stops.push(() => hooks.close());
    const erpnextUrl = prepared.site ?? (await standIn());
    if (prepared.site !== null) {
      await tellWhereTheHubIs(prepared, hooks.url);
      // Nobody listens there any more: the site is not left with notices to deliver.
      stops.push(() => tellWhereTheHubIs(prepared, ""));
    }
    const stripePort = await steadyPort();
    const stripe = await createStripe({
      databaseUrl: outsideDatabase,
      secretKey: STRIPE_KEY,
      publishableKey: PUBLISHABLE_KEY,
      publicUrl: local(stripePort),
      webhook: { url: `${hooks.url}/webhooks/stripe`, secret: "whsec_of_the_fault_suite" },
    });
    stops.push(() => stripe.close());
    await stripe.listen({ host: "127.0.0.1", port: stripePort });
    const inbox = await createInbox({ databaseUrl: outsideDatabase, smtpPort: 0, twilioAuthToken: "standin" });
    stops.push(() => inbox.close());
    const inboxUrl = await inbox.listen({ host: "127.0.0.1", port: 0 });

    const lines: Lines = {
      erpnext: await openWire(() => erpnextUrl),
      stripe: await openWire(() => local(stripePort)),
      inbox: await openWire(() => inboxUrl),
      smtp: await openSmtpWire(inbox.smtpPort ?? 0),
      hooks,
    };
    for (const line of [lines.erpnext, lines.stripe, lines.inbox, lines.smtp]) stops.push(() => line.close());
    // A site that outlives this database holds the mark of the hub before, which would take itself for one restored from a backup.
    if (prepared.site !== null) lines.erpnext.add({ kind: "drop_before", matches: ({ path }) => path.includes("api.hub_mark.") });

    const log: string[] = [];
    const hubOptions = {
      settings: {
        ...hubSettings(prepared, databaseUrl),
        ...mutationOf(process.env),
        PUBLIC_URL: local(hubPort),
        ERPNEXT_URL: lines.erpnext.url,
        ERPNEXT_API_KEY: prepared.apiKey,
        ERPNEXT_API_SECRET: prepared.apiSecret,
        STRIPE_API_URL: lines.stripe.url,
        TWILIO_ACCOUNT_SID: "ACstandin",
        TWILIO_AUTH_TOKEN: "standin",
        TWILIO_FROM: "+14505550100",
        TWILIO_API_URL: lines.inbox.url,
        SMTP_URL: lines.smtp.url,
        SLACK_WEBHOOK_URL: `${lines.inbox.url}/slack/dispatch`,
        OUTBOUND_WEBHOOK_URL: `${lines.inbox.url}/webhook/orders`,
        OUTBOUND_WEBHOOK_SECRET: "outbound-secret-of-the-fault-suite",
        INBOX_URL: inboxUrl,
        ...options.settings,
      },
      nodeArguments: options.nodeArguments ?? [],
      log: (line: string) => {
        log.push(line);
        if (log.length > KEPT_LOG_LINES) log.splice(0, log.length - KEPT_LOG_LINES);
        options.log?.(line);
      },
    };
    const hub = new HubProcess({ ...hubOptions, port: hubPort });
    const startHub = async (): Promise<() => Promise<void>> => {
      await hub.start();
      return () => hub.stop();
    };
    databases.isUsedBy("hub", databaseUrl, await startHub(), startHub);
    stops.push(() => databases.stop("hub"));
    const quiet = createQuiet(databaseUrl);
    stops.push(() => quiet.close());
    const reader = await Reader.signIn({
      hubUrl: hub.url,
      erpnextUrl,
      adminUser: prepared.adminUser,
      adminPassword: prepared.adminPassword,
      stripeUrl: local(stripePort),
      stripeKey: STRIPE_KEY,
      inboxUrl,
    });

    const agent = await cookieOf(erpnextUrl, "agent@gigafibre.test", DEMO_PASSWORD);
    let number = 0;
    const desk = await reader.counts();
    const left: Record<DoorKind, string[]> = copyOf(doors(prepared.doorCount));
    return {
      hub,
      erpnextUrl,
      stripeUrl: local(stripePort),
      lines,
      reader,
      quiet,
      databaseUrl,
      log,
      ledger: new Map(),
      desk,
      madeInDesk(more) {
        for (const [doctype, count] of Object.entries(more)) desk[doctype as keyof Counts] += count;
      },
      agent,
      databases,
      reconcile: (args) => runToEnd([...hubOptions.nodeArguments, `${house}hub/src/reconcile.ts`, ...args], hubOptions.settings),
      async anotherHub() {
        const another = new HubProcess({ ...hubOptions, port: await steadyPort() });
        stops.push(() => another.stop());
        await another.start();
        return another;
      },
      shopper({ door = "house", basket = "example", at, byAgent = false } = {}) {
        const addressUuid = at?.addressUuid ?? left[door].shift();
        if (addressUuid === undefined) throw new Error(`no ${door} is left; prepare a larger world`);
        const onRequest = at?.onRequest ?? door === "unbuilt";
        number += 1;
        return new Shopper({
          number,
          mark: prepared.mark,
          hubUrl: hub.url,
          stripeUrl: local(stripePort),
          publishableKey: PUBLISHABLE_KEY,
          addressUuid,
          onRequest,
          basket,
          ...(byAgent ? { staff: agent } : {}),
        });
      },
      stop,
    };

    async function standIn(): Promise<string> {
      const port = await steadyPort();
      const start = async (): Promise<() => Promise<void>> => {
        const erpnext = await createErpnext({ databaseUrl: erpnextDatabase, webhook: { url: hooks.url, secret: prepared.webhookSecret } });
        await erpnext.listen({ host: "127.0.0.1", port });
        return () => erpnext.close();
      };
      databases.isUsedBy("erpnext", erpnextDatabase, await start(), start);
      stops.push(() => databases.stop("erpnext"));
      return local(port);
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @param hubUrl where a given site's notices go; empty takes its webhooks back */
async function tellWhereTheHubIs({ site, adminUser, adminPassword, webhookSecret }: Prepared, hubUrl: string): Promise<void> {
  const rest = new Rest(site ?? "");
  await rest.login(adminUser, adminPassword);
  await rest.update("Gigafibre Settings", "Gigafibre Settings", { hub_url: hubUrl, webhook_secret: webhookSecret });
}

function copyOf(all: Doors): Record<DoorKind, string[]> {
  return { house: [...all.house], duplex: [...all.duplex], unbuilt: [...all.unbuilt] };
}
