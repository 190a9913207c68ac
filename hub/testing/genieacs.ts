/** A GenieACS with modems: its stand-in, or the real one whose NBI `ACS_NBI_URL` names, with modems that speak CWMP to `ACS_CWMP_URL`. */
import { startGenieacs } from "@gigafibre/fixtures/acs/genieacs";
import { CwmpModem } from "@gigafibre/fixtures/devices/cwmp/cwmp-modem";
import { drawnIdentity } from "@gigafibre/fixtures/devices/identity";
import { Modem } from "@gigafibre/fixtures/devices/modem";
import type { ModelName } from "@gigafibre/fixtures/devices/models";

/** A modem that its ACS has heard, and what a test does to it. */
export interface ManagedModem {
  readonly modem: Modem;
  readonly serial: string;
  holds(path: string): string | undefined;
  /** Unplugged: it answers nobody. */
  leave(): Promise<void>;
  /** Plugged in again, and heard. */
  comeBack(): Promise<void>;
  /** From now on it refuses to be set. */
  refuse(): void;
  /** How often it was told to start again, and what firmware it was told to fetch: files, or, of one that really fetches, versions. */
  told(): { readonly reboots: number; readonly firmware: string | undefined };
}

export interface ManagedModems {
  readonly nbi: string;
  readonly real: boolean;
  modem(model: ModelName): Promise<ManagedModem>;
  stop(): Promise<void>;
}

export async function managedModems(): Promise<ManagedModems> {
  const { ACS_NBI_URL, ACS_CWMP_URL } = process.env;
  return ACS_NBI_URL === undefined || ACS_CWMP_URL === undefined ? standIn() : real(ACS_NBI_URL, ACS_CWMP_URL);
}

async function standIn(): Promise<ManagedModems> {
  const acs = await startGenieacs();
  return {
    nbi: acs.url,
    real: false,
    async modem(model) {
      const line = acs.plug(new Modem(drawnIdentity(model)));
      await acs.inform(line, "0 BOOTSTRAP", "1 BOOT");
      return {
        modem: line.modem,
        serial: line.modem.serial,
        holds: (path) => line.modem.parameter(path)?.value,
        async leave() {
          line.answers = false;
        },
        async comeBack() {
          line.answers = true;
          await acs.inform(line, "1 BOOT");
        },
        refuse: () => void (line.refuses = true),
        told: () => ({ reboots: line.reboots, firmware: line.downloads.at(-1) }),
      };
    },
    stop: () => acs.stop(),
  };
}

async function real(nbi: string, acsUrl: string): Promise<ManagedModems> {
  const lines: CwmpModem[] = [];
  return {
    nbi,
    real: true,
    async modem(model) {
      const line = new CwmpModem(new Modem(drawnIdentity(model)), { acsUrl });
      lines.push(line);
      await line.boot();
      const { modem } = line;
      const bootedAt = modem.bootedAt;
      const before = modem.firmware;
      return {
        modem,
        serial: modem.serial,
        holds: (path) => modem.parameter(path)?.value,
        leave: () => line.silence(),
        comeBack: () => line.boot(),
        refuse: () => void (line.options = { ...line.options, refuses: ["SetParameterValues"] }),
        told: () => ({ reboots: modem.bootedAt === bootedAt ? 0 : 1, firmware: modem.firmware === before ? undefined : modem.firmware }),
      };
    },
    async stop() {
      await Promise.all(lines.map((line) => line.silence()));
    },
  };
}
