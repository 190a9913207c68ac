/** With what a device signs in at its ACS: a password for each serial, known before the device is. */
import { createHmac } from "node:crypto";
import type { Vault } from "../../encryption.ts";
import { spelled } from "./informs.ts";

/** The same for ever, for devices keep it over every rotation of keys. */
export const passwordOf = (vault: Vault, serial: string): string => createHmac("sha256", vault.derive("device-credential")).update(spelled(serial)).digest("base64url").slice(0, 24);
