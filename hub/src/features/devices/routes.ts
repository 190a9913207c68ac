/** What devices are told, and what they say of themselves. */
import fp from "fastify-plugin";
import type pg from "pg";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { deviceActivated, deviceCredential, deviceSerial, informAnswer, informByScript, lightOf, nothingToTell, provisionAnswer, provisionQuery } from "@gigafibre/contracts/devices";
import type { DeviceInform } from "@gigafibre/contracts/devices";
import { problem } from "@gigafibre/contracts/problems";
import { transaction } from "../../plugins/database.ts";
import { Refusal } from "../../plugins/problems.ts";
import { configuredAcs } from "./acs/configured.ts";
import { callJob, wishCalls } from "./call-job.ts";
import { passwordOf } from "./credential.ts";
import { bindSessions, endpointOf, keepActivated, keepInforms } from "./informs.ts";
import type { Activated } from "./informs.ts";
import { knownDevices } from "./known-devices.ts";
import { listenToInforms } from "./mqtt.ts";
import { pushBy } from "./push.ts";
import { staffRoutes } from "./staff-routes.ts";
import { ALL_DEVICES, COALESCED_SECONDS, TELL_DEVICES, tellJob } from "./tell-job.ts";
import { together } from "./together.ts";
import { wantedBy } from "./wanted.ts";

/** What devices say is kept in batches, each in one transaction. */
const AT_ONCE = 500;

export const devices = fp(
  async (root) => {
    const app = root.withTypeProvider<ZodTypeProvider>();
    await tellJob(root);
    const acs = configuredAcs(root.config, (serial) => endpointOf(root.db, serial));
    const tellSoon = (client: pg.ClientBase): Promise<void> => root.workers.enqueue(client, TELL_DEVICES, ALL_DEVICES, { afterSeconds: COALESCED_SECONDS });
    const known = await knownDevices(root, async (client, changed) => {
      await root.activation.devicesSeen(client, await bindSessions(client, changed));
      if (acs) await wishCalls(root, client, changed);
      await tellSoon(client);
    });
    const wanted = wantedBy(root, known);
    const push = acs && pushBy(root, acs, wanted, tellSoon);
    if (acs && push) await callJob(root, acs, wanted, push);
    staffRoutes(root, { acs, push, wanted });

    const keep = together<DeviceInform, void>(
      (informs) =>
        transaction(root.db, async (client) => {
          const kept = await keepInforms(client, informs);
          await root.activation.devicesSeen(client, kept.map(({ serial }) => serial));
          if (kept.some(({ news, equipment }) => news && equipment !== null)) await tellSoon(client);
          return informs.map(() => undefined);
        }),
      AT_ONCE,
    );
    const activated = together<Activated, void>(
      (devices) =>
        transaction(root.db, async (client) => {
          if (await keepActivated(client, devices)) await tellSoon(client);
          return devices.map(() => undefined);
        }),
      AT_ONCE,
    );
    if (root.config.MQTT_URL) await listenToInforms(root, root.config.MQTT_URL, keep);

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
        const answer = await wanted(request.params.serial, mac, said);
        const etag = `"${answer.hash}"`;
        void reply.headers({ etag, "cache-control": "no-store" });
        if (request.headers["if-none-match"] === etag && answer.firmware === null) return reply.code(304).send(null);
        return answer;
      },
    );

    app.post(
      "/devices/:serial/informs",
      {
        config: { access: "acs" },
        schema: {
          tags: ["devices"],
          summary: "A device has informed its ACS; the answer is what it is to be told",
          description:
            "For the ACS's own script, once a session: the inform is kept before anything is answered, whoever the device is, and `wanted` is null, with " +
            "the reason, for one that is to be told nothing. The same again is kept as the same.",
          params: z.strictObject({ serial: deviceSerial }),
          body: informByScript,
          response: { 200: informAnswer, 422: problem },
        },
      },
      async (request) => {
        const { serial } = request.params;
        const { model, light, ...said } = request.body;
        const rx_power_dbm = light === undefined ? undefined : lightOf(light);
        await keep({ serial, ...said, ...(rx_power_dbm === undefined ? {} : { rx_power_dbm }) });
        const { mac, oui, product_class, firmware } = said;
        try {
          return { wanted: await wanted(serial, mac, { model, oui, product_class, firmware }) };
        } catch (error) {
          if (error instanceof Refusal && isNothingToTell(error.reason)) return { wanted: null, reason: error.reason };
          throw error;
        }
      },
    );

    app.get(
      "/devices/:serial/credential",
      {
        config: { access: "acs" },
        schema: {
          tags: ["devices"],
          summary: "With what a device signs in at its ACS",
          description: "A password for each serial, the same for ever: devices that are not known yet have theirs too, for they boot before their scan.",
          params: z.strictObject({ serial: deviceSerial }),
          response: { 200: deviceCredential },
        },
      },
      async (request, reply) => {
        void reply.header("cache-control", "no-store");
        return { password: passwordOf(root.vault, request.params.serial) };
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
        await activated({ serial: request.params.serial, ...request.body });
        return { ok: true as const };
      },
    );
  },
  { name: "devices", dependencies: ["activation", "database", "erpnext", "workers", "document-changes", "snapshots"] },
);

const isNothingToTell = (reason: string): reason is z.infer<typeof nothingToTell> => nothingToTell.safeParse(reason).success;
