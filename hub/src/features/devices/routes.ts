/** What devices are told, and what they say of themselves. */
import { setTimeout } from "node:timers/promises";
import fp from "fastify-plugin";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { deviceSerial, provisionAnswer, provisionQuery } from "@gigafibre/contracts/devices";
import { problem } from "@gigafibre/contracts/problems";
import { ErpnextRefused, ErpnextUnavailable } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { identitiesOf, keptDevice } from "./cache.ts";
import type { Kept } from "./cache.ts";
import { readProfiles } from "./facts.ts";
import type { DeviceProfile } from "./facts.ts";
import { knownDevices } from "./known-devices.ts";
import { resolve } from "./resolve.ts";

/** An ACS gives its script three seconds; what comes later is lost, and asked for again. */
const LOOK_UP_WITHIN_MS = 2_500;

export const devices = fp(
  async (root) => {
    const app = root.withTypeProvider<ZodTypeProvider>();
    const known = await knownDevices(root, async () => undefined);
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
  },
  { name: "devices", dependencies: ["database", "erpnext", "workers", "document-changes", "snapshots"] },
);

const isWhole = (kept: Kept | null): boolean => kept !== null && (kept.facts !== null || kept.place === null);

const saidBefore = ({ oui, product_class, firmware }: Kept): { oui?: string; product_class?: string; firmware?: string } => ({
  ...(oui === null ? {} : { oui }),
  ...(product_class === null ? {} : { product_class }),
  ...(firmware === null ? {} : { firmware }),
});
