/** PostgreSQL: there, new enough, up to date, in time, and readable with the keys we have. */
import pg from "pg";
import { createVault } from "../../encryption.ts";
import { pendingMigrations } from "../../plugins/database.ts";
import { both, fine, has, judged, some, textOf, warning, wrong } from "./findings.ts";
import type { Finding } from "./findings.ts";
import type { Config } from "../../config.ts";
import { clockFinding } from "./clock.ts";

const OLDEST = 15;
const CONNECT_WITHIN_MS = 5_000;

/** What is kept encrypted, and the context each was sealed in. */
const SEALED = [
  { table: "order_intake", column: "steps", context: "'order:' || id" },
  { table: "lead_intake", column: "steps", context: "'lead:' || id" },
  { table: "outbox", column: "payload", context: "'outbox:' || key" },
] as const;

export interface Plant {
  /** Zones of the drops; null where PostgreSQL could not be asked. */
  zones: string[] | null;
}

export async function* databaseFindings(config: Partial<Config>, plant: Plant): AsyncGenerator<Finding> {
  if (!has(config, "DATABASE_URL")) return;
  const client = new pg.Client({ connectionString: config.DATABASE_URL, connectionTimeoutMillis: CONNECT_WITHIN_MS, application_name: "doctor" });
  // A connection that is lost fails the question that is being asked; nothing listens to it besides.
  client.on("error", () => undefined);
  try {
    await client.connect();
  } catch (error) {
    yield wrong("database.reach", both(`PostgreSQL ne répond pas: ${textOf(error)}`, `PostgreSQL does not answer: ${textOf(error)}`), both("Vérifiez DATABASE_URL et que PostgreSQL est en marche.", "Check DATABASE_URL and that PostgreSQL runs."));
    return;
  }
  try {
    yield fine("database.reach", both("PostgreSQL répond", "PostgreSQL answers"));
    yield* schemaFindings(client);
    yield await databaseClock(client);
    if ((await pendingOf(client)).length > 0) return;
    if (has(config, "ENCRYPTION_KEYS")) yield* keyFindings(client, config.ENCRYPTION_KEYS);
    plant.zones = (await client.query<{ zone: string }>("select distinct zone_tarifaire as zone from fibre order by 1")).rows.map(({ zone }) => zone);
    yield judged("database.plant", plant.zones.length > 0, {
      ok: both(`Réseau de fibre: zones ${some(plant.zones)}`, `Fibre plant: zones ${some(plant.zones)}`),
      says: both("Le réseau de fibre est vide: aucune adresse n'est desservie", "The fibre plant is empty: no address is served"),
      mend: both("Chargez les raccordements (table fibre).", "Load the drops (table fibre)."),
      state: "warning",
    });
  } finally {
    await client.end();
  }
}

async function* schemaFindings(client: pg.Client): AsyncGenerator<Finding> {
  const { rows } = await client.query<{ version: number; trigrams: string | null; available: boolean }>(
    `select current_setting('server_version_num')::int / 10000 as version, to_regtype('gtrgm')::text as trigrams,
       exists (select 1 from pg_available_extensions where name = 'pg_trgm') as available`,
  );
  const { version = 0, trigrams, available = false } = rows[0] ?? {};
  yield judged("database.version", version >= OLDEST, {
    ok: both(`PostgreSQL ${version}`, `PostgreSQL ${version}`),
    says: both(`PostgreSQL ${version} est trop vieux`, `PostgreSQL ${version} is too old`),
    mend: both(`Passez à PostgreSQL ${OLDEST} ou plus récent.`, `Upgrade to PostgreSQL ${OLDEST} or newer.`),
  });
  const pending = await pendingOf(client);
  yield judged("database.extension", trigrams !== null || (pending.length > 0 && available), {
    ok: both("Extension pg_trgm présente", "Extension pg_trgm is there"),
    says: both("L'extension pg_trgm manque: la recherche d'adresses ne fonctionne pas", "The extension pg_trgm is missing: address search does not work"),
    mend: both("Installez les extensions de PostgreSQL (postgresql-contrib), puis: create extension pg_trgm", "Install PostgreSQL's extensions (postgresql-contrib), then: create extension pg_trgm"),
  });
  yield judged("database.migrations", pending.length === 0, {
    ok: both("Le schéma du hub est à jour", "The hub's schema is up to date"),
    says: both(`Migrations en attente: ${some(pending)}`, `Migrations pending: ${some(pending)}`),
    mend: both("Démarrez le hub, ou: node hub/src/migrate.ts", "Start the hub, or: node hub/src/migrate.ts"),
  });
}

const UNDEFINED_TABLE = "42P01";

/** All of them, in a database that the hub never met. */
async function pendingOf(client: pg.Client): Promise<string[]> {
  try {
    return await pendingMigrations(client);
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === UNDEFINED_TABLE) return ["*"];
    throw error;
  }
}

async function databaseClock(client: pg.Client): Promise<Finding> {
  const asked = Date.now();
  const { rows } = await client.query<{ now: Date }>("select clock_timestamp() as now");
  return clockFinding("database.clock", "PostgreSQL", rows[0]?.now.getTime() ?? 0, asked, Date.now());
}

/** One sealed value of each key that was ever used has to open. */
async function* keyFindings(client: pg.Client, keys: string): AsyncGenerator<Finding> {
  let vault: ReturnType<typeof createVault>;
  try {
    vault = createVault(keys);
  } catch (error) {
    yield wrong("database.keys", both(`ENCRYPTION_KEYS est illisible: ${textOf(error)}`, `ENCRYPTION_KEYS cannot be read: ${textOf(error)}`), both("Format: id:base64 de 32 octets (openssl rand -base64 32).", "Format: id:base64 of 32 bytes (openssl rand -base64 32)."));
    return;
  }
  const closed = new Set<string>();
  let opened = 0;
  for (const { table, column, context } of SEALED) {
    const { rows } = await client.query<{ context: string; sealed: string }>(
      `select distinct on (split_part(${column}, '.', 1)) ${context} as context, ${column} as sealed from ${table}
       where ${column} is not null and ${column} <> '' order by split_part(${column}, '.', 1), created_at desc`,
    );
    for (const { context: sealedIn, sealed } of rows) {
      try {
        vault.open(sealed, sealedIn);
        opened += 1;
      } catch {
        closed.add(sealed.split(".", 1)[0] ?? "");
      }
    }
  }
  if (closed.size > 0) {
    const names = some([...closed]);
    yield wrong(
      "database.keys",
      both(`Ce qui a été chiffré avec la clé ${names} ne s'ouvre plus`, `What was encrypted with key ${names} does not open any more`),
      both("Remettez cette clé, de la sauvegarde, à la fin de ENCRYPTION_KEYS; sans elle, les commandes en cours sont illisibles.", "Put that key, from the backup, back at the end of ENCRYPTION_KEYS; without it, open orders cannot be read."),
    );
  } else if (opened === 0) yield fine("database.keys", both("Clés de chiffrement lisibles; rien n'est encore chiffré", "Encryption keys can be read; nothing is encrypted yet"));
  else yield fine("database.keys", both("Les clés ouvrent ce qui est chiffré", "The keys open what is encrypted"));
}

/** Said where a whole part could not be looked at. */
export function notLookedAt(id: string, settings: readonly string[]): Finding {
  const names = settings.join(", ");
  return warning(id, both(`Non vérifié, faute de: ${names}`, `Not looked at, for want of: ${names}`), both("Corrigez d'abord ces réglages.", "Correct those settings first."));
}
