/** The databases of a world, and backups of them: whole copies. */
import pg from "pg";

type User = "hub" | "erpnext";

interface Use {
  readonly name: string;
  readonly start: () => Promise<() => Promise<void>>;
  stop: (() => Promise<void>) | undefined;
}

export class Databases {
  readonly #cluster: string;
  readonly #users = new Map<User, Use>();
  readonly #made: string[] = [];
  #backups = 0;

  constructor(clusterUrl: string) {
    this.#cluster = clusterUrl;
  }

  /** @returns the copy's address */
  async copy(from: string, name: string): Promise<string> {
    await this.#sql(`create database ${name} template ${from}`);
    this.#made.push(name);
    return `${this.#cluster}/${name}`;
  }

  isUsedBy(user: User, databaseUrl: string, stop: () => Promise<void>, start: () => Promise<() => Promise<void>>): void {
    this.#users.set(user, { name: new URL(databaseUrl).pathname.slice(1), stop, start });
  }

  async stop(user: User): Promise<void> {
    const use = this.#use(user);
    await use.stop?.();
    use.stop = undefined;
  }

  async start(user: User): Promise<void> {
    const use = this.#use(user);
    use.stop ??= await use.start();
  }

  /** Whoever uses the database is without it for a moment, as in a failover, and goes on. @returns the backup's name */
  async backUp(user: User): Promise<string> {
    const { name } = this.#use(user);
    const backup = `${name}_backup_${(this.#backups += 1)}`;
    // One that is copied may have no connection.
    await this.#sql(`alter database ${name} allow_connections false`);
    await this.#sql(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
    await this.copy(name, backup);
    await this.#sql(`alter database ${name} allow_connections true`);
    return backup;
  }

  /** Puts the backup in the place of the database; whoever uses it is left standing still. */
  async restore(user: User, backup: string): Promise<void> {
    const { name } = this.#use(user);
    await this.stop(user);
    await this.#sql(`drop database ${name} with (force)`);
    await this.#sql(`create database ${name} template ${backup}`);
  }

  async drop(): Promise<void> {
    for (const name of this.#made.splice(0)) await this.#sql(`drop database if exists ${name} with (force)`);
  }

  #use(user: User): Use {
    const use = this.#users.get(user);
    if (!use) throw new Error(`nobody uses a database as ${user}`);
    return use;
  }

  async #sql(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: `${this.#cluster}/postgres` });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  }
}
