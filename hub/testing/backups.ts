/** Backups that are brought back within a test. */
import pg from "pg";

async function as<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Of some tables, while whoever uses them goes on. @returns puts them back */
export async function backUpTables(url: string, tables: readonly string[]): Promise<() => Promise<void>> {
  await as(url, async (client) => {
    await client.query(`begin isolation level repeatable read; ${tables.map((table) => `create table ${table}_backup as table ${table}`).join("; ")}; commit`);
  });
  return () =>
    as(url, async (client) => {
      await client.query(
        `begin; lock table ${tables.join(", ")}; ${tables.map((table) => `delete from ${table}; insert into ${table} table ${table}_backup; drop table ${table}_backup`).join("; ")}; commit`,
      );
    });
}

/** Of a whole database that nobody is using. @returns puts it in the place of what is there, as another database of the same name */
export async function backUpDatabase(url: string): Promise<() => Promise<void>> {
  const name = new URL(url).pathname.slice(1);
  const server = url.slice(0, -name.length);
  await as(`${server}postgres`, (client) => client.query(`create database ${name}_backup template ${name}`));
  return () =>
    as(`${server}postgres`, async (client) => {
      await client.query(`drop database ${name} with (force)`);
      await client.query(`alter database ${name}_backup rename to ${name}`);
    });
}
