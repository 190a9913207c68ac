/**
 * Oktopus calls nobody when a device comes: it only says so on its own broker (`oktopus/usp/v1/status/{id}`, "1" or "0") and, for every way of USP and for
 * CWMP, between its own parts (`nats.ts`). That an agent has started it says itself, on the broker too (`oktopus/usp/v1/controller`), where Oktopus does not
 * listen. This hears all of it, reads the device by Oktopus's REST, and tells the hub as an ACS's bridge does. What could not be read is left out; that the device is there is told all the same.
 */
import mqtt from "mqtt";
import { informTopic, lightOf } from "@gigafibre/contracts/devices";
import type { DeviceInform } from "@gigafibre/contracts/devices";
import { AcsUnavailable } from "../../src/features/devices/acs/driver.ts";
import type { AcsDriver } from "../../src/features/devices/acs/driver.ts";
import { hearNats } from "./nats.ts";
import { bootOf } from "./usp.ts";
import type { Boot } from "./usp.ts";

const STATUS = "oktopus/usp/v1/status/";
/** With what is below it: answers, which are passed over. */
const SAID = "oktopus/usp/v1/controller/#";
const COME = "1";
const LIGHT = "Device.Optical.Interface.1.OpticalSignalLevel";
const MAC = "Device.Ethernet.Interface.1.MACAddress";
const READ = { firmware: "Device.DeviceInfo.SoftwareVersion", product_class: "Device.DeviceInfo.ProductClass", oui: "Device.DeviceInfo.ManufacturerOUI", ip: "Device.IP.Interface.1.IPv4Address.1.IPAddress" } as const;

/** An agent's id may bear its maker's before its serial: `os::{OUI}-{serial}`, `ops::{OUI}-{class}-{serial}`, `{scheme}:{authority}:{serial}`. */
const serialOf = (id: string): string => id.replace(/^(?:os::[^-]*-|ops::[^-]*-[^-]*-|\w+:[^:]*:)/i, "").toUpperCase();

export interface BridgeOptions {
  /** Oktopus's broker, with an account that may read its status. */
  readonly oktopusUrl: string;
  /** Its NATS, where it can be reached. */
  readonly natsUrl?: string | undefined;
  /** The hub's broker, as the one account that may say what a device says. */
  readonly hubUrl: string;
  readonly acs: Pick<AcsDriver, "read">;
  readonly say: (line: string) => void;
}

export async function startBridge({ oktopusUrl, natsUrl, hubUrl, acs, say }: BridgeOptions): Promise<{ stop(): Promise<void> }> {
  async function informOf({ id, afresh }: Boot): Promise<DeviceInform> {
    const serial = serialOf(id);
    const inform = { serial, endpoint: id, event: afresh ? "bootstrap" : "boot" } as const;
    try {
      const { values } = await acs.read(id, [...Object.values(READ), LIGHT, MAC]);
      const said = Object.fromEntries(Object.entries(READ).flatMap(([field, path]) => (values[path]?.value ? [[field, values[path].value]] : [])));
      const rx_power_dbm = lightOf(values[LIGHT]?.value ?? "");
      const mac = values[MAC]?.value.replace(/[^0-9A-Fa-f]/g, "").toUpperCase();
      return { ...inform, ...said, ...(mac?.length === 12 ? { mac } : {}), ...(rx_power_dbm === undefined ? {} : { rx_power_dbm }) };
    } catch (error) {
      if (!(error instanceof AcsUnavailable)) throw error;
      say(`${serial}: ${error.message}; only that it is there is told`);
      return inform;
    }
  }

  const hub = await mqtt.connectAsync(hubUrl);
  async function tell(boot: Boot): Promise<void> {
    const inform = await informOf(boot);
    await hub.publishAsync(informTopic(inform.serial), JSON.stringify(inform), { qos: 1 });
  }

  // A session that outlives its line: what came meanwhile is told afterwards.
  const oktopus = mqtt.connect(oktopusUrl, { clientId: "gigafibre-bridge", clean: false, manualConnect: true });
  oktopus.handleMessage = (packet, done) => {
    const { topic } = packet;
    const payload = Buffer.from(packet.payload);
    const boot = topic.startsWith(STATUS) ? (payload.toString() === COME ? { id: topic.slice(STATUS.length), afresh: false } : null) : bootOf(payload);
    if (!boot) return done();
    tell(boot).then(
      () => done(),
      // Without `done` there is no acknowledgement: its broker says it again after the next connection.
      (error: unknown) => (say(`${boot.id}: ${String(error)}`), oktopus.reconnect()),
    );
  };
  oktopus.on("connect", () => oktopus.subscribe([`${STATUS}+`, SAID], { qos: 1 }));
  oktopus.on("error", (error) => say(`Oktopus's broker: ${error.message}`));
  hub.on("error", (error) => say(`the hub's broker: ${error.message}`));
  const stopNats = natsUrl === undefined ? undefined : await hearNats({ url: natsUrl, hear: tell, say });
  oktopus.connect();
  return {
    async stop() {
      await stopNats?.();
      await oktopus.endAsync(true);
      await hub.endAsync();
    },
  };
}
