/** The WiFi of a place changes: its name, its password, or both. `POST /api/calls/wifi` */
import { z } from "zod";
import { callId, documentName } from "./calls.ts";

/** 802.11 takes 32 bytes. */
export const wifiName = z.string().trim().min(1, "required").refine((name) => new TextEncoder().encode(name).length <= 32, "wifi_name_rule");
/** WPA2 takes 8 to 63 printable ASCII characters. */
export const wifiKey = z.string().regex(/^[\x20-\x7e]{8,63}$/, "wifi_password_rule");

export const wifiRequest = z
  .strictObject({
    id: callId,
    /** The router, as Service Equipment. */
    equipment: documentName,
    ssid: wifiName.optional(),
    password: wifiKey.optional(),
  })
  .refine(({ ssid, password }) => ssid !== undefined || password !== undefined, { message: "required", path: ["ssid"] });
export type WifiRequest = z.infer<typeof wifiRequest>;

const CONSONANTS = "bdfgjklmnprstv";
const VOWELS = "aeiou";

/**
 * `bado-tiku-remo-pafi-dolu`: ten syllables of 70, 61 random bits, lower case and sayable in French and in English.
 * @param below a random whole number from 0 up to it
 */
export function wifiPasswordFrom(below: (count: number) => number): string {
  const of = (letters: string): string => letters.charAt(below(letters.length));
  const word = (): string => of(CONSONANTS) + of(VOWELS) + of(CONSONANTS) + of(VOWELS);
  return Array.from({ length: 5 }, word).join("-");
}
