/**
 * Keeps the cache of devices warm: everything once, then whatever changes. A device that is asked for before it was read is looked up at once,
 * together with all others that wait.
 */
import type { FastifyInstance } from "fastify";
import { transaction } from "../../plugins/database.ts";
import { droppedPlaces, dropPlaces, forgetDevice, keepPlaces, noteDevices } from "./cache.ts";
import type { Dropped } from "./cache.ts";
import { equipmentAfter, equipmentByIdentity, equipmentFacts, readPlaces } from "./facts.ts";
import type { EquipmentFacts } from "./facts.ts";

export const READ_DEVICES = "read-devices";
/** One reader at a time, for all. */
const ALL = "all";
const AT_ONCE = 200;

export interface KnownDevices {
  /** Looks these names up in ERPNext, with what their places hold; several askers share one question. @throws what ERPNext's client throws */
  lookUp(identities: readonly string[]): Promise<void>;
}

/** @param changed is called within the transaction that notes a device as new or changed */
export async function knownDevices(app: FastifyInstance, changed: (client: Parameters<Parameters<typeof transaction>[1]>[0], devices: readonly EquipmentFacts[]) => Promise<void>): Promise<KnownDevices> {
  const note = (devices: readonly EquipmentFacts[]): Promise<void> =>
    transaction(app.db, async (client) => {
      const news = await noteDevices(client, devices);
      if (news.length > 0) await changed(client, news);
    });

  async function read(dropped: readonly Dropped[]): Promise<void> {
    if (dropped.length === 0) return;
    await keepPlaces(app.db, app.vault, dropped, await readPlaces(app.erpnext, dropped.map(({ place }) => place)));
  }

  async function scan(): Promise<void> {
    const { rows } = await app.db.query<{ after: string; done: boolean }>("select after, done_at is not null as done from device_scan");
    let after = rows[0]?.after ?? "";
    let done = rows[0]?.done ?? false;
    while (!done) {
      const page = await equipmentAfter(app.erpnext, after, AT_ONCE);
      await note(page);
      after = page.at(-1)?.name ?? after;
      done = page.length < AT_ONCE;
      await app.db.query(
        `insert into device_scan (after, done_at) values ($1, case when $2 then now() end)
         on conflict (one) do update set after = excluded.after, done_at = excluded.done_at`,
        [after, done],
      );
    }
  }

  await app.workers.add({
    queue: READ_DEVICES,
    concurrency: 1,
    retrySeconds: 2,
    maxRetrySeconds: 60,
    async work() {
      await scan();
      for (let dropped = await droppedPlaces(app.db, AT_ONCE); dropped.length > 0; dropped = await droppedPlaces(app.db, AT_ONCE)) await read(dropped);
    },
    async unfinished() {
      const { rows } = await app.db.query("select 1 where not exists (select 1 from device_scan where done_at is not null) or exists (select 1 from device_place where facts is null)");
      return rows.length > 0 ? [ALL] : [];
    },
  });

  async function readSoon(write: Parameters<typeof transaction<void>>[1]): Promise<void> {
    await transaction(app.db, async (client) => {
      await write(client);
      await app.workers.enqueue(client, READ_DEVICES, ALL);
    });
    app.workers.wake(READ_DEVICES);
  }

  app.documentChanges.on("Service Equipment", ({ name, document }) =>
    readSoon(async (client) => {
      if (!document) return forgetDevice(client, name);
      const news = await noteDevices(client, [equipmentFacts.parse(document)]);
      if (news.length > 0) await changed(client, news);
    }),
  );
  app.documentChanges.on("Service Location", ({ name }) => readSoon((client) => dropPlaces(client, [name])));

  let waiting = new Map<string, ((error?: unknown) => void)[]>();
  let running = false;

  async function lookUpAll(): Promise<void> {
    running = true;
    while (waiting.size > 0) {
      const taken = [...waiting].slice(0, AT_ONCE);
      waiting = new Map([...waiting].slice(AT_ONCE));
      const tell = (error?: unknown): void => taken.forEach(([, askers]) => askers.forEach((asker) => asker(error)));
      try {
        const devices = await equipmentByIdentity(app.erpnext, taken.map(([identity]) => identity));
        await note(devices);
        await read(await droppedPlaces(app.db, AT_ONCE, devices.map(({ service_location }) => service_location)));
        tell();
      } catch (error) {
        tell(error);
      }
    }
    running = false;
  }

  return {
    async lookUp(identities) {
      const answered = identities.map(
        (identity) =>
          new Promise<void>((resolve, reject) => {
            const asker = (error?: unknown): void => (error === undefined ? resolve() : reject(error instanceof Error ? error : new Error("the devices could not be looked up", { cause: error })));
            waiting.set(identity, [...(waiting.get(identity) ?? []), asker]);
          }),
      );
      if (!running) void lookUpAll();
      await Promise.all(answered);
    },
  };
}
