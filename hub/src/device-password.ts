/** `node --env-file=.env hub/src/device-password.ts SERIAL…`: with what devices sign in at the ACS, for whoever prepares them. */
import { deviceSerial } from "@gigafibre/contracts/devices";
import { createVault } from "./encryption.ts";
import { passwordOf } from "./features/devices/credential.ts";

const { ENCRYPTION_KEYS } = process.env;
if (!ENCRYPTION_KEYS) throw new Error("ENCRYPTION_KEYS is not set");
const vault = createVault(ENCRYPTION_KEYS);
for (const serial of process.argv.slice(2)) console.log(`${serial} ${passwordOf(vault, deviceSerial.parse(serial))}`);
