/** What a customer reads from a label and says over the phone: order numbers, WiFi names and passwords, SIP credentials. */
import { randomInt } from "node:crypto";
import { wifiPasswordFrom } from "@gigafibre/contracts/wifi";

/** Crockford's alphabet: no I, L, O or U to mistake or to curse with. */
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** Letters and digits that look like no other. */
const UNAMBIGUOUS = "abcdefghjkmnpqrstuvwxyz23456789";
const NATURE = [
  "Alouette", "Bouleau", "Castor", "Cerise", "Chevreuil", "Colibri", "Coquelicot", "Erable", "Fougere", "Framboise", "Geai", "Hibou",
  "Huard", "Iris", "Lilas", "Loutre", "Lupin", "Martre", "Merisier", "Mesange", "Mouette", "Muguet", "Noisette", "Outarde",
  "Pinson", "Pissenlit", "Renard", "Riviere", "Sapin", "Sittelle", "Trille", "Verger",
] as const;

const pick = <T>(from: ArrayLike<T>): T => from[randomInt(from.length)] as T;
const repeat = (count: number, draw: () => string): string => Array.from({ length: count }, draw).join("");

/** `GF-7K3M-2Q9X`: 40 random bits. */
export function drawOrderId(): string {
  const four = (): string => repeat(4, () => pick(CROCKFORD));
  return `GF-${four()}-${four()}`;
}

/** `Gigafibre-Erable-42`. A name, not a secret. */
export function drawWifiName(): string {
  return `Gigafibre-${pick(NATURE)}-${randomInt(10, 100)}`;
}

export const drawWifiPassword = (): string => wifiPasswordFrom((count) => randomInt(count));

/** One for each line; unique because the order's number is. */
export function sipUsername(orderId: string, line: number): string {
  return `${orderId.toLowerCase().replaceAll("-", "")}-${line}`;
}

/** 20 characters of 31, 99 random bits; entered by support, so nothing in it can be misread. */
export function drawSipPassword(): string {
  return repeat(20, () => pick(UNAMBIGUOUS));
}

/** What is drawn once for an order, and frozen in its steps. */
export interface DrawnSecrets {
  readonly wifi_ssid: string;
  readonly wifi_password: string;
  /** One for each phone line. */
  readonly sip_passwords: readonly string[];
}

export function drawSecrets(phoneLines: number): DrawnSecrets {
  return {
    wifi_ssid: drawWifiName(),
    wifi_password: drawWifiPassword(),
    sip_passwords: Array.from({ length: phoneLines }, drawSipPassword),
  };
}
