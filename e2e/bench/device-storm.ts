/** A process of its own: so many modems boot, evenly over a time, and what became of them is told. */
import { setTimeout as wait } from "node:timers/promises";
import { Chain } from "@gigafibre/fixtures/devices/chain";
import type { InformEvent, Told } from "@gigafibre/fixtures/devices/chain";
import { Modem } from "@gigafibre/fixtures/devices/modem";
import { percentile } from "./figures.ts";

export interface Storm {
  readonly hubUrl: string;
  readonly acsToken: string;
  readonly brokerUrl: string;
  readonly count: number;
  readonly seconds: number;
  readonly event: InformEvent;
  /** Asks until it has been told, as a modem does whose ACS gave no answer. */
  readonly until: "asked" | "told";
}

export interface StormReport {
  readonly told: Readonly<Partial<Record<Told, number>>>;
  readonly asked: number;
  readonly p50: number;
  readonly p99: number;
  readonly seconds: number;
}

/** A modem waits for no other's answer. */
const CONNECTIONS = 512;
const AGAIN_MS = 2_000;
const TRIES = 60;
const WARM_ROUNDS = 4;

/** The serial and MAC address of the modem of this number. */
export const serialOf = (number: number): string => `RCMG${(0x1000_0000 + number).toString(16).toUpperCase()}`;
export const macOf = (number: number): string => `403F8C${number.toString(16).toUpperCase().padStart(6, "0")}`;

const modemOf = (number: number): Modem => new Modem({ model: "XX230v", serial: serialOf(number), mac: macOf(number) });

async function blow(storm: Storm): Promise<StormReport> {
  const chain = await Chain.open({ ...storm, connections: CONNECTIONS });
  const times: number[] = [];
  // A hub and a simulator that have worked before: all connections stand, and each has been used.
  for (let round = 0; round < WARM_ROUNDS; round += 1) {
    await Promise.all(Array.from({ length: Math.min(CONNECTIONS, storm.count) }, (_, number) => chain.ask(modemOf(number))));
  }
  chain.onAsked = (ms, status) => {
    if (status === 200) times.push(ms);
  };
  const told: Partial<Record<Told, number>> = {};
  const began = performance.now();
  await Promise.all(
    Array.from({ length: storm.count }, async (_, number) => {
      await wait((number / storm.count) * storm.seconds * 1000);
      const modem = modemOf(number);
      modem.boot();
      let said = await chain.session(modem, storm.event);
      for (let tries = 1; storm.until === "told" && said !== "told" && tries < TRIES; tries += 1) {
        await wait(AGAIN_MS);
        said = await chain.session(modem, storm.event);
      }
      told[said] = (told[said] ?? 0) + 1;
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  await chain.close();
  return { told, asked: times.length, p50: percentile(times, 50), p99: percentile(times, 99), seconds };
}

if (process.send) process.once("message", (storm: Storm) => {
  blow(storm).then(
    (report) => process.send?.(report, () => process.exit(0)),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
