/**
 * The database of the hub's neighbours, with a demo site in it. Making the site takes seconds, so the first world of a run makes it once and
 * every world takes a copy.
 */
import { randomBytes } from "node:crypto";
import pg from "pg";
import { seedSite } from "@gigafibre/fixtures/demo/site";
import { createErpnext } from "@gigafibre/fixtures/erpnext/app";
import { setupSite } from "@gigafibre/fixtures/erpnext/site";

export const ADMIN_PASSWORD = "admin";

const TEMPLATE = "outside_template";
const LOCK = 7_140_001;

export interface OutsideDatabase {
  readonly url: string;
  /** The hub's own user in ERPNext. */
  readonly keys: { readonly apiKey: string; readonly apiSecret: string };
  drop(): Promise<void>;
}

async function makeTemplate(server: string, admin: pg.Client): Promise<void> {
  const { rowCount } = await admin.query("select 1 from pg_database where datname = $1", [TEMPLATE]);
  if (rowCount) return;
  const making = `outside_${randomBytes(4).toString("hex")}`;
  await admin.query(`create database ${making}`);
  const erpnext = await createErpnext({ databaseUrl: `${server}/${making}`, webhook: { url: "", secret: "" } });
  await setupSite(erpnext, { adminPassword: ADMIN_PASSWORD });
  const url = await erpnext.listen({ host: "127.0.0.1", port: 0 });
  const keys = await seedSite({ url, adminPassword: ADMIN_PASSWORD });
  await erpnext.close();
  await admin.query(`comment on database ${making} is ${pg.escapeLiteral(JSON.stringify(keys))}`);
  // Whole only under its last name: a run that was stopped half-way leaves nothing that looks finished.
  await admin.query(`alter database ${making} rename to ${TEMPLATE}`);
}

/** A copy of the demo site, and room for Stripe and the inbox beside it. */
export async function outsideDatabase(): Promise<OutsideDatabase> {
  const server = process.env.TEST_POSTGRES_URL;
  if (!server) throw new Error("TEST_POSTGRES_URL is not set: run through vitest, whose global setup starts PostgreSQL");
  const name = `outside_${randomBytes(4).toString("hex")}`;
  const as = async <T>(work: (admin: pg.Client) => Promise<T>): Promise<T> => {
    const admin = new pg.Client({ connectionString: `${server}/postgres` });
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.end();
    }
  };
  const keys = await as(async (admin) => {
    // One at a time: a template may have no other connection while it is copied.
    await admin.query("select pg_advisory_lock($1)", [LOCK]);
    await makeTemplate(server, admin);
    await admin.query(`create database ${name} template ${TEMPLATE}`);
    const { rows } = await admin.query<{ comment: string }>("select shobj_description(oid, 'pg_database') as comment from pg_database where datname = $1", [TEMPLATE]);
    return JSON.parse(rows[0]?.comment ?? "{}") as OutsideDatabase["keys"];
  });
  return {
    url: `${server}/${name}`,
    keys,
    drop: () => as(async (admin) => void (await admin.query(`drop database if exists ${name} with (force)`))),
  };
}
