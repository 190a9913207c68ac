/** `node --env-file=.env hub/acs/oktopus/run.ts`: OKTOPUS_MQTT_URL, OKTOPUS_NATS_URL (where it can be reached), BRIDGE_MQTT_URL (as acs-bridge), ACS_URL, ACS_USER, ACS_PASSWORD. */
import { oktopus } from "../../src/features/devices/acs/oktopus.ts";
import { startBridge } from "./bridge.ts";

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

const acs = oktopus({ url: required("ACS_URL"), user: required("ACS_USER"), password: required("ACS_PASSWORD"), firmwareUrl: undefined });
const bridge = await startBridge({ oktopusUrl: required("OKTOPUS_MQTT_URL"), natsUrl: process.env["OKTOPUS_NATS_URL"], hubUrl: required("BRIDGE_MQTT_URL"), acs, say: (line) => console.log(line) });
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void bridge.stop().then(() => process.exit(0)));
