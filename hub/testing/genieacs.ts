/** A GenieACS with modems: its stand-in. */
import { randomInt } from "node:crypto";
import { startGenieacs } from "@gigafibre/fixtures/acs/genieacs";
import type { Model } from "@gigafibre/fixtures/acs/modem";

/** A modem that its ACS has heard, and what a test does to it. */
export interface ManagedModem {
  readonly serial: string;
  holds(path: string): string | undefined;
  /** Files it was told to fetch. */
  downloads(): readonly string[];
  reboots(): number;
  /** Unplugged: it answers nobody. */
  leave(): Promise<void>;
  /** Plugged in again, and heard. */
  comeBack(): Promise<void>;
  /** Faults when this is set. */
  refuse(path: string): void;
}

export interface ManagedModems {
  readonly nbi: string;
  modem(model: Model): Promise<ManagedModem>;
  stop(): Promise<void>;
}

const newSerial = (): string => `SIM${randomInt(1e9).toString().padStart(9, "0")}-A`;

export async function managedModems(): Promise<ManagedModems> {
  const acs = await startGenieacs();
  return {
    nbi: acs.url,
    async modem(model) {
      const modem = acs.modem({ serial: newSerial(), model });
      await acs.inform(modem, "0 BOOTSTRAP", "1 BOOT");
      return {
        serial: modem.serial,
        holds: (path) => modem.holds(path),
        downloads: () => modem.downloads,
        reboots: () => modem.reboots,
        async leave() {
          modem.answers = false;
        },
        async comeBack() {
          modem.answers = true;
          await acs.inform(modem, "1 BOOT");
        },
        refuse: (path) => void modem.refuses.add(path),
      };
    },
    stop: () => acs.stop(),
  };
}
