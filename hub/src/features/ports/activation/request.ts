/** What has to be let in at an OLT once an ONT is known by its serial. Nothing here asks or writes anything. */
import { gponSerial } from "@gigafibre/contracts/labels";
import { textOf } from "../../../erpnext-document.ts";
import type { ErpnextDocument } from "../../../plugins/erpnext.ts";
import type { Port } from "./driver.ts";

type Document = Readonly<Record<string, unknown>>;

/** What goes into a command must not be able to end one and begin another. */
const PLAIN = /^[\w.:/-]{1,60}$/;

const vlan = (device: Document, field: string): number | null => {
  const value = Number(device[field] ?? 0);
  return Number.isInteger(value) && value > 0 ? value : null;
};

/** `RCMG1A2B3C4D` as the OLT shows it: the four letters in hex too. */
export const gponHex = (gpon_sn: string): string => Buffer.from(gpon_sn.slice(0, 4), "ascii").toString("hex").toUpperCase() + gpon_sn.slice(4);

/** What the OLT calls an ONT; null for one that was not scanned yet. */
export function gponOf(device: Document): string | null {
  const serial = gponSerial.safeParse((textOf(device, "gpon_sn") || textOf(device, "serial_number")).toUpperCase());
  return serial.success ? serial.data : null;
}

/** @returns what the place lacks, by its fields, when it does not say where the ONT goes */
export function portOf(ont: Document, place: ErpnextDocument, line_profile: string): Port | readonly string[] {
  const where = { olt_name: "olt_name", olt_ip: "olt_ip", frame: "olt_frame", slot: "olt_slot", port: "olt_port", ontid: "ont_id" } as const;
  const value = (field: string): string => textOf(place, field);
  const lacking = [where.frame, where.slot, where.port, where.ontid].filter((field) => !PLAIN.test(value(field)));
  const gpon_sn = gponOf(ont);
  if (lacking.length > 0 || gpon_sn === null) return lacking;
  return {
    olt_name: value(where.olt_name),
    olt_ip: value(where.olt_ip),
    frame: value(where.frame),
    slot: value(where.slot),
    port: value(where.port),
    ontid: value(where.ontid),
    gpon_sn,
    gpon_sn_hex: gponHex(gpon_sn),
    line_profile: line_profile || null,
    vlan_internet: vlan(ont, "vlan_internet"),
    vlan_tv: vlan(ont, "vlan_tv"),
    vlan_voip: vlan(ont, "vlan_voip"),
  };
}
