/**
 * A GenieACS with modems: its stand-in, or the real one whose NBI `ACS_NBI_URL` names, with modems that speak CWMP to `ACS_CWMP_URL`. That one's scripts
 * ask for the hub at `ACS_HUB_PORT` of this machine, from where they are passed on to the hub of the test. Either has `cwmp.auth`: modems sign in.
 */
import { createServer, request } from "node:http";
import { setTimeout } from "node:timers/promises";
import { startGenieacs } from "@gigafibre/fixtures/acs/genieacs";
import { CwmpModem } from "@gigafibre/fixtures/devices/cwmp/cwmp-modem";
import { drawnIdentity } from "@gigafibre/fixtures/devices/identity";
import { Modem } from "@gigafibre/fixtures/devices/modem";
import type { ModelName } from "@gigafibre/fixtures/devices/models";
import { CWMP_AUTH, loadScripts, ownScripts } from "./genieacs-scripts.ts";

export const ACS_TOKEN = "acs-token-of-tests";

/** A modem on its ACS's line, and what a test does to it. */
export interface ManagedModem {
  readonly modem: Modem;
  readonly serial: string;
  holds(path: string): string | undefined;
  boot(): Promise<void>;
  inform(event: string): Promise<void>;
  factoryReset(): Promise<void>;
  /** Unplugged: it answers nobody. */
  leave(): Promise<void>;
  /** Plugged in again, and heard. */
  comeBack(): Promise<void>;
  /** From now on it refuses to be set, or does no more. */
  refuse(refuses: boolean): void;
  /** What it was told to do; of firmware, the last file or version. */
  told(): { readonly reboots: number; readonly downloads: number; readonly firmware: string | undefined };
  /** How often it was set. */
  writes(): number;
  /** The firmware it was told to fetch has started, in a modem that fetches none. */
  runs(version: string): Promise<void>;
}

export interface ManagedModems {
  readonly nbi: string;
  /** One that was never plugged in, with the password of its serial or another. */
  unplugged(model: ModelName, password?: string): Promise<ManagedModem>;
  /** One that has booted. */
  modem(model: ModelName): Promise<ManagedModem>;
  faults(line: ManagedModem): Promise<{ _id: string }[]>;
  clear(line: ManagedModem): Promise<void>;
  stop(): Promise<void>;
}

/** @param hubUrl the hub that the scripts ask; without one there are no scripts */
export async function managedModems(hubUrl?: () => string): Promise<ManagedModems> {
  const { ACS_NBI_URL, ACS_CWMP_URL, ACS_HUB_PORT } = process.env;
  const lines = ACS_NBI_URL === undefined || ACS_CWMP_URL === undefined ? await standIn(hubUrl) : await real(ACS_NBI_URL, ACS_CWMP_URL, Number(ACS_HUB_PORT ?? 4900), hubUrl);
  const { nbi } = lines;
  const faults = async ({ serial }: ManagedModem): Promise<{ _id: string; device: string }[]> => {
    const all = (await (await fetch(`${nbi}/faults/?query=%7B%7D`)).json()) as { _id: string; device: string }[];
    return all.filter(({ device }) => device.endsWith(`-${serial}`));
  };
  return {
    ...lines,
    async modem(model) {
      const line = await lines.unplugged(model);
      await line.boot();
      return line;
    },
    faults,
    async clear(line) {
      for (const { _id } of await faults(line)) await fetch(`${nbi}/faults/${encodeURIComponent(_id)}`, { method: "DELETE" });
    },
  };
}

type Lines = Pick<ManagedModems, "nbi" | "unplugged" | "stop">;

/** Where there is no hub, all modems have this one. */
const NO_HUBS = "password-of-tests";

async function passwordOf(serial: string, hubUrl: (() => string) | undefined): Promise<string> {
  if (!hubUrl) return NO_HUBS;
  const answer = await fetch(`${hubUrl()}/devices/${serial}/credential`, { headers: { authorization: `Bearer ${ACS_TOKEN}` } });
  return ((await answer.json()) as { password: string }).password;
}

async function standIn(hubUrl: (() => string) | undefined): Promise<Lines> {
  const acs = await startGenieacs({ auth: CWMP_AUTH, ext: hubUrl ? ownScripts(hubUrl, ACS_TOKEN) : async () => NO_HUBS });
  if (hubUrl) await loadScripts(acs.url);
  return {
    nbi: acs.url,
    async unplugged(model, password) {
      const identity = drawnIdentity(model);
      const line = acs.plug(new Modem(identity), password ?? (await passwordOf(identity.serial, hubUrl)));
      const { modem } = line;
      const inform = async (...events: string[]): Promise<void> => void (await acs.inform(line, ...events));
      return {
        modem,
        serial: modem.serial,
        holds: (path) => modem.parameter(path)?.value,
        inform,
        boot: () => inform("0 BOOTSTRAP", "1 BOOT"),
        factoryReset() {
          modem.factoryReset();
          return inform("0 BOOTSTRAP", "1 BOOT");
        },
        async leave() {
          line.answers = false;
        },
        comeBack() {
          line.answers = true;
          return inform("1 BOOT");
        },
        refuse: (refuses) => void (line.refuses = refuses),
        told: () => ({ reboots: line.reboots, downloads: line.downloads.length, firmware: line.downloads.at(-1) }),
        writes: () => line.writes,
        async runs(version) {
          modem.firmware = version;
        },
      };
    },
    stop: () => acs.stop(),
  };
}

async function real(nbi: string, acsUrl: string, port: number, hubUrl: (() => string) | undefined): Promise<Lines> {
  const lines: CwmpModem[] = [];
  const relay = createServer((asked, reply) => {
    if (!hubUrl) return void reply.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ password: NO_HUBS, wanted: null }));
    const onward = request(new URL(asked.url ?? "/", hubUrl()), { method: asked.method, headers: asked.headers }, (answered) => answered.pipe(reply.writeHead(answered.statusCode ?? 502, answered.headers)));
    onward.on("error", () => reply.destroy());
    asked.pipe(onward);
  });
  await new Promise<void>((resolve, reject) => relay.once("error", reject).listen(port, "127.0.0.1", resolve));
  if (hubUrl) {
    await loadScripts(nbi);
    // It follows what was loaded within five seconds.
    await setTimeout(6_000);
  }
  /** What a session said is in the NBI's documents some milliseconds after its end. */
  async function isListed(serial: string): Promise<void> {
    const query = encodeURIComponent(JSON.stringify({ "_deviceId._SerialNumber": serial }));
    for (let waited = 0; waited < 5_000; waited += 50) {
      if (((await (await fetch(`${nbi}/devices/?query=${query}&projection=_id`)).json()) as unknown[]).length > 0) return;
      await setTimeout(50);
    }
    throw new Error(`GenieACS does not know ${serial} after its first session`);
  }
  return {
    nbi,
    async unplugged(model, given) {
      const heard: string[] = [];
      const identity = drawnIdentity(model);
      const password = given ?? (await passwordOf(identity.serial, hubUrl));
      const line = new CwmpModem(new Modem(identity), { acsUrl, password, say: (said) => void heard.push(said) });
      lines.push(line);
      const { modem } = line;
      const firmware = modem.firmware;
      const count = (method: string): number => heard.filter((said) => said.endsWith(`: ${method}`)).length;
      return {
        modem,
        serial: modem.serial,
        holds: (path) => modem.parameter(path)?.value,
        inform: (code) => patiently(() => line.inform({ code })),
        async boot() {
          await patiently(() => line.boot());
          await isListed(modem.serial);
        },
        factoryReset() {
          modem.factoryReset();
          return patiently(() => line.inform({ code: "0 BOOTSTRAP" }, { code: "1 BOOT" }));
        },
        leave: () => line.silence(),
        comeBack: () => patiently(() => line.boot()),
        refuse: (refuses) => void (line.options = { ...line.options, refuses: refuses ? ["SetParameterValues"] : [] }),
        told: () => ({ reboots: count("Reboot"), downloads: count("Download"), firmware: modem.firmware === firmware ? undefined : modem.firmware }),
        writes: () => count("SetParameterValues"),
        async runs() {
          for (let waited = 0; modem.firmware === firmware && waited < 20_000; waited += 100) await setTimeout(100);
        },
      };
    },
    async stop() {
      await Promise.all(lines.map((line) => line.silence()));
      relay.closeAllConnections();
      await new Promise<void>((resolve) => relay.close(() => resolve()));
    },
  };
}

/** An ACS that has not put the last session away yet refuses the next: a modem comes again. */
async function patiently(session: () => Promise<void>): Promise<void> {
  await session().catch(async (error: unknown) => {
    if (!String(error).includes("already in session")) throw error;
    await setTimeout(1_000);
    await session();
  });
}
