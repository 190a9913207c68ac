/** What the hub asks of devices by whatever ACS manages them. */
import { z } from "zod";
import { ACS_REASONS, parameterType } from "@gigafibre/contracts/devices";
import type { AcsAnswer, AcsReason, DataModel, DeviceParameter } from "@gigafibre/contracts/devices";
import { gponSerial, gponToHex } from "@gigafibre/contracts/labels";

/** A device as its ACS knows it. */
export interface AcsDevice {
  /** What the ACS calls it. */
  readonly id: string;
  /** null: not known yet. */
  readonly model: DataModel | null;
  readonly last_inform: Date | null;
  readonly firmware: string | null;
}

/** What is read of a device: as it said just now when `done`; else what the ACS last heard. */
export type AcsReading = AcsAnswer & { readonly values: Readonly<Record<string, { readonly value: string; readonly at: Date | null }>> };

/** Each method but `find` ends in what became of it. @throws AcsUnavailable when the ACS itself does not answer */
export interface AcsDriver {
  /** Devices ask for what they are told, by the ACS's own script; otherwise the hub tells them. */
  readonly devicesAsk: boolean;
  /** null: the ACS has never heard it. */
  find(serial: string): Promise<AcsDevice | null>;
  read(serial: string, paths: readonly string[]): Promise<AcsReading>;
  /** Done once the device, read back, holds it. */
  set(serial: string, parameters: readonly DeviceParameter[]): Promise<AcsAnswer>;
  reboot(serial: string): Promise<AcsAnswer>;
  /** Has it fetch a firmware. Done when it has agreed to; that it runs is heard from its next boot. */
  download(serial: string, file: string): Promise<AcsAnswer>;
  /** Has it speak to its ACS now. Done when it has agreed to. */
  connectionRequest(serial: string): Promise<AcsAnswer>;
}

/** The ACS did not answer, or not to the point: whether anything was done is unknown. */
export class AcsUnavailable extends Error {
  override readonly name = "AcsUnavailable";
}

/** An ACS takes what it does not understand and harms itself with it: nothing but these shapes is sent to one. */
export const parameterPath = z.string().max(256).regex(/^(?:InternetGatewayDevice|Device)(?:\.[A-Za-z0-9_-]+)+$/);
export const parameterPaths = z.array(parameterPath).min(1).max(100);
export const parametersToSet = z.array(z.strictObject({ path: parameterPath, value: z.string().max(1024), type: parameterType })).min(1).max(200);
export const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._ -]{0,127}$/);

export const DONE = { outcome: "done" } as const satisfies AcsAnswer;

export function notDone(reason: AcsReason, detail?: string): AcsAnswer {
  return { outcome: ACS_REASONS[reason].outcome, reason, ...(detail === undefined || detail === "" ? {} : { detail }) };
}

/** How a device may spell the serial by which we know it. */
export function spellings(serial: string): string[] {
  const known = gponSerial.safeParse(serial).success ? [serial, gponToHex(serial)] : [serial];
  return [...new Set(known.flatMap((each) => [each, each.toLowerCase()]))];
}

const TRUE = new Set(["true", "1"]);

/** Paths whose value, read back, is another than was set. A device that reads a password back as nothing has taken it, for all one can know. */
export function notTaken(parameters: readonly DeviceParameter[], held: AcsReading["values"]): string[] {
  return parameters
    .filter(({ path, value, type }) => {
      const found = held[path]?.value;
      if (found === undefined) return true;
      if (type === "xsd:boolean") return TRUE.has(found.toLowerCase()) !== TRUE.has(value.toLowerCase());
      if (type !== "xsd:string") return Number(found) !== Number(value);
      return found !== value && !(found === "" && SECRET.test(path));
    })
    .map(({ path }) => path);
}

const SECRET = /(?:password|passphrase|presharedkey|wepkey)$/i;
