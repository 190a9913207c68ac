/**
 * What stands on a device's label: bar codes and QR codes to serial numbers. The phone reads a label with it before anything is sent, and the
 * hub reads it again.
 */
import { z } from "zod";

/** In the order in which they are installed. */
export const equipmentType = z.enum(["ONT", "Routeur", "Décodeur TV", "Téléphone IP"]);
export type EquipmentType = z.infer<typeof equipmentType>;

/** A GPON serial as the OLT writes it: the vendor's four letters and eight hex digits. */
export const gponSerial = z.string().regex(/^[A-Z]{4}[0-9A-F]{8}$/);
/** Twelve upper-case hex digits, as ERPNext keeps a MAC address. */
export const macAddress = z.string().regex(/^[0-9A-F]{12}$/);

/** One code of a label, understood as far as it goes. */
export type Code =
  | { readonly kind: "gpon"; readonly gpon_sn: string; readonly brand?: string }
  | { readonly kind: "mac"; readonly mac_address: string; readonly brand?: string; readonly equipment_type?: EquipmentType }
  | { readonly kind: "serial"; readonly serial_number: string }
  /** A WiFi or web code, an article number: nothing that names one device. */
  | { readonly kind: "other"; readonly text: string };

/** What is scanned becomes of Service Equipment. */
export const scannedLabel = z.strictObject({
  equipment_type: equipmentType.nullable(),
  serial_number: z.string().min(4).max(64).nullable(),
  gpon_sn: gponSerial.nullable(),
  mac_address: macAddress.nullable(),
  brand: z.string().max(64).nullable(),
});
export type ScannedLabel = z.infer<typeof scannedLabel>;

export type LabelReading =
  | { readonly ok: true; readonly label: ScannedLabel }
  /** Nothing names a device; or the codes name two. */
  | { readonly ok: false; readonly reason: "unreadable_label" | "two_devices"; readonly codes: readonly string[] };

/** Vendors by the letters of their GPON serials. */
const GPON_VENDORS: Readonly<Record<string, string>> = { RCMG: "Raisecom", TPLG: "TP-Link" };

/** Makers by the first six digits of a MAC address, where they make one kind of device only. */
const MAC_MAKERS: Readonly<Record<string, { brand: string; equipment_type: EquipmentType }>> = {
  "403F8C": { brand: "TP-Link", equipment_type: "Routeur" },
  "001A79": { brand: "Infomir", equipment_type: "Décodeur TV" },
};

/** Words that stand before a value, inside the code itself. */
const LEAD = /^(?:GPON[\s_-]*SN|ONT[\s_-]*SN|PON[\s_-]*SN|S\/?N|SERIAL(?:[\s_-]*(?:NO|NUMBER))?|MAC(?:[\s_-]*(?:ADDR(?:ESS)?|ID))?|STB[\s_-]*MAC)\s*[:=#.\s]\s*/;

/** One printed value, without the separators people print it with. */
function readValue(printed: string): Code {
  const value = printed.trim().toUpperCase();
  const text = value.replace(LEAD, "");
  const named = text.length < value.length;
  const packed = text.replace(/[\s:.-]/g, "");
  const letters = /^[0-9A-F]{16}$/.test(packed) ? gponFromHex(packed) : packed;
  if (letters !== undefined && gponSerial.safeParse(letters).success && (letters.slice(0, 4) in GPON_VENDORS || named)) {
    return { kind: "gpon", gpon_sn: letters, ...branded(GPON_VENDORS[letters.slice(0, 4)]) };
  }
  if (macAddress.safeParse(packed).success && (/[A-F]/.test(packed) || /[:.-]/.test(text) || value.startsWith("MAC") || packed.slice(0, 6) in MAC_MAKERS)) {
    return { kind: "mac", mac_address: packed, ...MAC_MAKERS[packed.slice(0, 6)] };
  }
  if (/^[A-Z0-9][A-Z0-9-]{5,31}$/.test(text) && /\d/.test(text) && (named || /[A-Z]/.test(text))) return { kind: "serial", serial_number: text };
  return { kind: "other", text: printed };
}

const branded = (brand: string | undefined): { brand?: string } => (brand === undefined ? {} : { brand });

/** Every value of one decoded code: a QR code may hold several, as `SN:RCMG19A01234;MAC:40:3F:8C:11:22:33`. */
export function readCode(decoded: string): Code[] {
  if (/^(?:WIFI:|https?:)/i.test(decoded.trim())) return [{ kind: "other", text: decoded }];
  const values = decoded.split(/[;,|\r\n\t]+/).filter((value) => value.trim() !== "");
  return values.map(readValue);
}

/**
 * Reads the codes of one label together. A GPON serial says that the device is an ONT, and beside it the plain serial of the same label is kept;
 * two different serials or two MAC addresses are two devices, unless one of the MACs follows the other as a maker numbers the ports of one device.
 */
export function readLabel(decoded: readonly string[]): LabelReading {
  const codes = decoded.flatMap(readCode);
  const gpon = distinct(codes.flatMap((code) => (code.kind === "gpon" ? [code.gpon_sn] : [])));
  const macs = distinct(codes.flatMap((code) => (code.kind === "mac" ? [code.mac_address] : []))).sort();
  const serials = distinct(codes.flatMap((code) => (code.kind === "serial" ? [code.serial_number] : [])));
  if (gpon.length + macs.length + serials.length === 0) return { ok: false, reason: "unreadable_label", codes: decoded };
  if (gpon.length > 1 || serials.length > 1 || !oneDevice(macs)) return { ok: false, reason: "two_devices", codes: decoded };
  const made = codes.find((code): code is Extract<Code, { kind: "mac" }> => code.kind === "mac" && code.mac_address === macs[0]);
  const brand = codes.flatMap((code) => ("brand" in code && code.brand !== undefined ? [code.brand] : []))[0];
  return {
    ok: true,
    label: {
      equipment_type: gpon[0] === undefined ? (made?.equipment_type ?? null) : "ONT",
      serial_number: serials[0] ?? gpon[0] ?? null,
      gpon_sn: gpon[0] ?? null,
      mac_address: macs[0] ?? null,
      brand: brand ?? null,
    },
  };
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)];

/** Makers count the ports of a device up from its first: eight numbers at most, in the same block. */
function oneDevice(sortedMacs: readonly string[]): boolean {
  const numbers = sortedMacs.map((mac) => Number.parseInt(mac, 16));
  return (numbers.at(-1) ?? 0) - (numbers[0] ?? 0) < 8;
}

/** `RCMG19A01234` to `52434D4719A01234`, as some OLTs and labels write it. */
export function gponToHex(serial: string): string {
  const vendor = [...serial.slice(0, 4)].map((letter) => letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0"));
  return vendor.join("") + serial.slice(4);
}

/** The other way; undefined where the first four bytes are not letters. */
export function gponFromHex(hex: string): string | undefined {
  const vendor = (hex.slice(0, 8).match(/../g) ?? []).map((byte) => String.fromCharCode(Number.parseInt(byte, 16))).join("");
  const serial = vendor + hex.slice(8);
  return gponSerial.safeParse(serial).success ? serial : undefined;
}
