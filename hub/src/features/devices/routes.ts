/** What devices are told, and what they say of themselves. */
import { setTimeout } from "node:timers/promises";
import fp from "fastify-plugin";
import type pg from "pg";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { deviceActivated, deviceSerial, provisionAnswer, provisionQuery } from "@gigafibre/contracts/devices";
import { problem } from "@gigafibre/contracts/problems";
import { ErpnextRefused, ErpnextUnavailable } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { transaction } from "../../plugins/database.ts";
import { identitiesOf, keptDevice } from "./cache.ts";
import type { Kept } from "./cache.ts";
import { readProfiles } from "./facts.ts";
import type { DeviceProfile } from "./facts.ts";
import { bindSessions, keepActivated, keepInform, spelled } from "./informs.ts";
import { knownDevices } from "./known-devices.ts";
import { listenToInforms } from "./mqtt.ts";
import { resolve } from "./resolve.ts";
import { ALL_DEVICES, COALESCED_SECONDS, TELL_DEVICES, tellJob } from "./tell-job.ts";

/** An ACS gives its script three seconds; what comes later is lost, and asked for again. */
const LOOK_UP_WITHIN_MS = 2_500;

export const devices = fp(
  async (root) => {
    const app = root.withTypeProvider<ZodTypeProvider>();
    await tellJob(root);
    const tellSoon = (client: pg.ClientBase): Promise<void> => root.workers.enqueue(client, TELL_DEVICES, ALL_DEVICES, { afterSeconds: COALESCED_SECONDS });
    const known = await knownDevices(root, async (client, changed) => {
      for (const serial of await bindSessions(client, changed)) await root.activation.deviceSeen(client, serial);
      await tellSoon(client);
    });
    if (root.config.MQTT_URL) {
      await listenToInforms(root, root.config.MQTT_URL, (inform) =>
        transaction(root.db, async (client) => {
          const { equipment, news } = await keepInform(client, inform);
          await root.activation.deviceSeen(client, spelled(inform.serial));
          if (news && equipment !== null) await tellSoon(client);
        }),
      );
    }
    const profiles = root.keepSnapshot<{ profiles: DeviceProfile[] }>("device-profiles", async () => ({ profiles: await readProfiles(root.erpnext) }));
    const hashKey = root.vault.derive("device-provision");

    /** From the cache; a device that is not in it, or whose place has changed, from ERPNext. */
    async function find(identities: readonly string[]): Promise<Kept | null> {
      const kept = await keptDevice(root.db, root.vault, identities);
      if (isWhole(kept)) return kept;
      const late = new AbortController();
      try {
        return await Promise.race([
          lookUp(identities, late.signal),
          setTimeout(LOOK_UP_WITHIN_MS, undefined, { signal: late.signal, ref: false }).then(() => Promise.reject(new ErpnextUnavailable("the devices were not read in time"))),
        ]);
      } catch (error) {
        if (error instanceof ErpnextUnavailable || error instanceof ErpnextRefused) throw new Refusal("erpnext_unavailable", {}, error);
        throw error;
      } finally {
        late.abort();
      }
    }

    /** Again when the place was changed while it was read. */
    async function lookUp(identities: readonly string[], late: AbortSignal): Promise<Kept | null> {
      for (;;) {
        await known.lookUp(identities);
        const kept = await keptDevice(root.db, root.vault, identities);
        if (kept === null || isWhole(kept) || late.aborted) return kept;
      }
    }

    app.get(
      "/devices/:serial/provision",
      {
        config: { access: "acs" },
        schema: {
          tags: ["devices"],
          summary: "What a device is to be told",
          description:
            "For the ACS, by its own bearer token. WiFi, telephony, VLANs and the settings of its model, from all equipment of its place, as paths of " +
            "the data model asked for. `hash` is also the ETag: with `If-None-Match` an unchanged answer is 304. 404 `device_unknown`; 409 " +
            "`device_without_service` for one that is not in use at an active or pending place; 503 when it is not known yet and ERPNext does not answer.",
          params: z.strictObject({ serial: deviceSerial }),
          querystring: provisionQuery,
          response: { 200: provisionAnswer, 304: z.null(), 404: problem, 409: problem, 503: problem },
        },
      },
      async (request, reply) => {
        const { mac, ...said } = request.query;
        const found = await find(identitiesOf(request.params.serial, mac));
        if (!found) throw new Refusal("device_unknown");
        const copy = profiles.known ?? (await profiles.get());
        if (!copy) throw new Refusal("erpnext_unavailable");
        const answer = found.facts && resolve(found.facts, found.equipment, copy.profiles, { ...saidBefore(found), ...said }, hashKey);
        if (!answer) throw new Refusal("device_without_service");
        const etag = `"${answer.hash}"`;
        void reply.headers({ etag, "cache-control": "no-store" });
        if (request.headers["if-none-match"] === etag && answer.firmware === null) return reply.code(304).send(null);
        return answer;
      },
    );

    app.post(
      "/devices/:serial/activated",
      {
        config: { access: "acs" },
        schema: {
          tags: ["devices"],
          summary: "A device has taken what it was told",
          description: "By the ACS, with the `hash` of what it was told. The same again changes nothing.",
          params: z.strictObject({ serial: deviceSerial }),
          body: deviceActivated,
          response: { 200: z.object({ ok: z.literal(true) }), 422: problem },
        },
      },
      async (request) => {
        const { hash, firmware } = request.body;
        await transaction(root.db, async (client) => {
          if (await keepActivated(client, request.params.serial, hash, firmware)) await tellSoon(client);
        });
        return { ok: true as const };
      },
    );
  },
  { name: "devices", dependencies: ["activation", "database", "erpnext", "workers", "document-changes", "snapshots"] },
);

const isWhole = (kept: Kept | null): boolean => kept !== null && (kept.facts !== null || kept.place === null);

const saidBefore = ({ oui, product_class, firmware }: Kept): { oui?: string; product_class?: string; firmware?: string } => ({
  ...(oui === null ? {} : { oui }),
  ...(product_class === null ? {} : { product_class }),
  ...(firmware === null ? {} : { firmware }),
});
