/** Devices for staff: what is known of one, what it says now, and what it can be had to do. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { ACS_REASONS, deviceActionAnswer, deviceActionRequest, deviceDeed, deviceHistory, deviceSerial, deviceState, qualityOf, wifiPassword } from "@gigafibre/contracts/devices";
import type { AcsAnswer, DeviceActionName, DeviceState } from "@gigafibre/contracts/devices";
import { problem } from "@gigafibre/contracts/problems";
import { asPerson, ErpnextUnavailable } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import type { Caller } from "../../plugins/erpnext.ts";
import { AcsUnavailable } from "./acs/driver.ts";
import type { AcsDriver } from "./acs/driver.ts";
import { identitiesOf } from "./cache.ts";
import { historyOf } from "./history.ts";
import { spelled } from "./informs.ts";
import { ROOT } from "./push.ts";
import type { Push } from "./push.ts";
import type { Wanted } from "./wanted.ts";

/** What support asks about first. */
const LIVE = {
  tr098: [
    "DeviceInfo.UpTime",
    "DeviceInfo.SoftwareVersion",
    "DeviceInfo.ProvisioningCode",
    "WANDevice.1.WANConnectionDevice.1.WANIPConnection.1.ExternalIPAddress",
    "WANDevice.1.X_CT-COM_GponInterfaceConfig.RXPower",
    "LANDevice.1.WLANConfiguration.1.SSID",
    "LANDevice.1.WLANConfiguration.2.SSID",
    "LANDevice.1.Hosts.HostNumberOfEntries",
    "Services.VoiceService.1.VoiceProfile.1.Line.1.Status",
  ],
  tr181: [
    "DeviceInfo.UpTime",
    "DeviceInfo.SoftwareVersion",
    "DeviceInfo.ProvisioningCode",
    "Optical.Interface.1.OpticalSignalLevel",
    "WiFi.SSID.1.SSID",
    "WiFi.SSID.2.SSID",
    "WiFi.Radio.1.Channel",
    "WiFi.Radio.2.Channel",
    "Hosts.HostNumberOfEntries",
  ],
} as const;
const ACTIONS_SHOWN = 20;

const session = z.object({
  serial: z.string(),
  equipment: z.string().nullable(),
  online: z.boolean().nullable(),
  last_seen: z.date().nullable(),
  last_boot: z.date().nullable(),
  ip: z.string().nullable(),
  mac: z.string().nullable(),
  oui: z.string().nullable(),
  product_class: z.string().nullable(),
  firmware: z.string().nullable(),
  rx_power_dbm: z.number().nullable(),
  uptime_s: z.coerce.number().nullable(),
  provisioned_hash: z.string().nullable(),
  provisioned_at: z.date().nullable(),
});
type Session = z.infer<typeof session>;

export interface AskedOfDevices {
  readonly acs: AcsDriver | null;
  readonly push: Push | null;
  readonly wanted: Wanted;
}

export function staffRoutes(root: FastifyInstance, { acs, push, wanted }: AskedOfDevices): void {
  const app = root.withTypeProvider<ZodTypeProvider>();

  /** By any name of the device: what it calls itself, its GPON serial, its MAC address. */
  async function sessionOf(serial: string): Promise<Session> {
    const { rows } = await root.db.query(
      `with known as (select equipment from device_identity where identity = any($1) order by rank, equipment limit 1)
       select coalesce(session.serial, $2) as serial, coalesce(session.equipment, known.equipment) as equipment, online, last_seen, last_boot, ip, mac, oui, product_class,
         firmware, rx_power_dbm, uptime_s, provisioned_hash, provisioned_at
       from (select 1) one left join known on true
       left join device_session session on session.serial = any($1) or session.mac = any($1) or session.equipment = known.equipment
       order by session.serial = any($1) desc nulls last, last_seen desc nulls last limit 1`,
      [identitiesOf(serial), spelled(serial)],
    );
    const found = session.parse(rows[0]);
    if (found.last_seen === null && found.equipment === null) throw new Refusal("device_unknown");
    return found;
  }

  async function provisioned({ serial, mac, provisioned_hash }: Session): Promise<DeviceState["provisioned"]> {
    if (provisioned_hash === null) return "never";
    try {
      for (const model of ["tr098", "tr181"] as const) if ((await wanted(serial, mac ?? undefined, { model })).hash === provisioned_hash) return "current";
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
    return "waiting";
  }

  async function liveOf(driver: AcsDriver, serial: string): Promise<DeviceState["live"]> {
    const model = (await driver.find(serial))?.model ?? "tr098";
    const { values, ...answer } = await driver.read(serial, LIVE[model].map((path) => `${ROOT[model]}.${path}`));
    return { answer, values: Object.entries(values).map(([path, { value, at }]) => ({ path, value, at: at?.toISOString() ?? null })) };
  }

  async function actionsOf(serial: string): Promise<DeviceState["actions"]> {
    const { rows } = await root.db.query<{ action: string; asked_by: string; asked_at: Date; outcome: string | null; reason: string | null }>(
      "select action, asked_by, asked_at, outcome, reason from device_action where serial = $1 order by id desc limit $2",
      [serial, ACTIONS_SHOWN],
    );
    return rows.map(({ action, asked_at, ...row }) => ({ ...row, action: deviceDeed.parse(action), asked_at: asked_at.toISOString() }));
  }

  app.get(
    "/api/devices/:serial",
    {
      config: { access: "staff" },
      schema: {
        tags: ["devices"],
        summary: "What is known of a device",
        description:
          "By its serial, GPON serial or MAC address: what it last said, whether it has taken what it is to be told, and what staff had it do. With " +
          "`live=true` the ACS reads it now, which takes some seconds; where it does not answer, `live` has what the ACS last heard, and why.",
        params: z.strictObject({ serial: deviceSerial }),
        querystring: z.strictObject({ live: z.stringbool().default(false) }),
        response: { 200: deviceState, 404: problem, 503: problem },
      },
    },
    async (request) => {
      const found = await sessionOf(request.params.serial);
      const { oui: _, provisioned_hash: __, ...said } = found;
      const live = request.query.live && acs ? await orUnavailable(liveOf(acs, found.serial)) : null;
      const quality = await root.signalThresholds();
      return {
        ...said,
        online: found.online ?? false,
        last_seen: found.last_seen?.toISOString() ?? null,
        last_boot: found.last_boot?.toISOString() ?? null,
        provisioned_at: found.provisioned_at?.toISOString() ?? null,
        signal: quality ? qualityOf(found.rx_power_dbm, quality) : "unknown",
        provisioned: await provisioned(found),
        live,
        actions: await actionsOf(found.serial),
      };
    },
  );

  app.get(
    "/api/devices/:serial/history",
    {
      config: { access: "staff" },
      schema: {
        tags: ["devices"],
        summary: "What a device said of its light and uptime within 90 days",
        description: "Oldest first, thinned out to at most 500 points, each with the weakest and the strongest light of its step.",
        params: z.strictObject({ serial: deviceSerial }),
        response: { 200: deviceHistory, 404: problem },
      },
    },
    async (request) => ({ ...(await historyOf(root.db, (await sessionOf(request.params.serial)).serial)), thresholds: await root.signalThresholds() }),
  );

  app.post(
    "/api/devices/:serial/wifi-password",
    {
      config: { access: "agent" },
      schema: {
        tags: ["devices"],
        summary: "The WiFi password of the place a device stands at",
        description:
          "For someone who may read the device in ERPNext. Who asked is noted among the device's actions before it is told, and in ERPNext's Access Log. " +
          "404 `device_unknown`, or `wifi_password_absent` where none is set.",
        params: z.strictObject({ serial: deviceSerial }),
        response: { 200: wifiPassword, 403: problem, 404: problem, 503: problem },
      },
    },
    async (request) => {
      const found = await sessionOf(request.params.serial);
      if (found.equipment === null) throw new Refusal("device_unknown");
      const router = await orUnavailable(routerBeside(found.equipment, asPerson(request)));
      if (!router) throw new Refusal("wifi_password_absent");
      await root.db.query("insert into device_action (serial, equipment, action, asked_by, outcome) values ($1, $2, 'wifi_password', $3, 'done')", [
        found.serial, router.equipment, request.staff?.user,
      ]);
      const { message } = await orUnavailable(root.erpnext.call("POST", "/api/method/gigafibre_fsm.api.device_secrets.read", { body: { equipment: [router.equipment] } }));
      const password = z.array(z.object({ custom_wifi_password: z.string().nullable() })).parse(message)[0]?.custom_wifi_password;
      if (!password) throw new Refusal("wifi_password_absent");
      return { ...router, password };
    },
  );

  /** The device that holds the WiFi of its place, as the person who asks sees it. */
  async function routerBeside(equipment: string, caller: Caller): Promise<{ equipment: string; ssid: string } | null> {
    const beside = { doctype: "Service Equipment", fields: ["name", "service_location", "custom_wifi_ssid", "custom_wifi_password"], order_by: "creation asc" };
    const { lists } = await root.erpnext.lists(
      [
        { ...beside, as: "device", filters: [["name", "=", equipment]] },
        { ...beside, as: "place", filters: [["service_location", "in", { $names: "device", field: "service_location" }], ["status", "in", ["Actif", "En attente"]]] },
      ],
      caller,
    );
    if (!lists["device"]?.length) throw new Refusal("not_allowed");
    const router = [...lists["device"], ...(lists["place"] ?? [])].find(({ custom_wifi_password: stars }) => Boolean(stars));
    const words = z.object({ name: z.string(), custom_wifi_ssid: z.string().nullish() }).optional().parse(router);
    return words ? { equipment: words.name, ssid: words.custom_wifi_ssid ?? "" } : null;
  }

  async function perform(driver: AcsDriver, action: DeviceActionName, { serial, mac, oui, product_class }: Session): Promise<AcsAnswer> {
    switch (action) {
      case "reboot":
        return driver.reboot(serial);
      case "push":
        if (!push) throw new Refusal("acs_absent");
        return push(serial, mac ?? undefined);
      case "firmware": {
        const device = await driver.find(serial);
        const said = { oui: oui ?? undefined, product_class: product_class ?? undefined, firmware: device?.firmware ?? undefined };
        const { firmware } = await wanted(serial, mac ?? undefined, { model: device?.model ?? "tr098", ...said });
        if (!firmware) throw new Refusal("firmware_current");
        return driver.download(serial, firmware.file);
      }
    }
  }

  app.post(
    "/api/devices/:serial/actions",
    {
      config: { access: "agent" },
      schema: {
        tags: ["devices"],
        summary: "Has a device do something now",
        description:
          "`reboot`; `push`: it takes at once all it is to be told, its WiFi too, whether or not it has taken it before; `firmware`: it fetches the firmware of its " +
          "profile. Who asked is noted before it is asked. Answers what came of it: `done`, `queued`, `offline` or `faulted` with a named reason.",
        params: z.strictObject({ serial: deviceSerial }),
        body: deviceActionRequest,
        response: { 200: deviceActionAnswer, 404: problem, 409: problem, 503: problem },
      },
    },
    async (request) => {
      if (!acs) throw new Refusal("acs_absent");
      const { action } = request.body;
      const found = await sessionOf(request.params.serial);
      const { rows } = await root.db.query<{ id: string }>("insert into device_action (serial, equipment, action, asked_by) values ($1, $2, $3, $4) returning id", [
        found.serial,
        found.equipment,
        action,
        request.staff?.user,
      ]);
      const note = (outcome: string, reason: string | null): Promise<unknown> => root.db.query("update device_action set outcome = $2, reason = $3 where id = $1", [rows[0]?.id, outcome, reason]);
      try {
        const answer = await orUnavailable(perform(acs, action, found));
        await note(answer.outcome, answer.outcome === "done" ? null : answer.reason);
        return { answer, message: answer.outcome === "done" ? null : ACS_REASONS[answer.reason].message };
      } catch (error) {
        // What the ACS did not answer may have been done all the same.
        if (error instanceof Refusal && error.reason !== "acs_unavailable") await note("refused", error.reason);
        throw error;
      }
    },
  );
}

async function orUnavailable<T>(asked: Promise<T>): Promise<T> {
  return asked.catch((error: unknown) => {
    if (error instanceof AcsUnavailable) throw new Refusal("acs_unavailable", {}, error);
    if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_unavailable", {}, error);
    throw error;
  });
}
