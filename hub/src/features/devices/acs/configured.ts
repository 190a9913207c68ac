/** The driver of the ACS that the settings name. */
import type { Config } from "../../../config.ts";
import type { AcsDriver } from "./driver.ts";
import { genieacs } from "./genieacs.ts";
import { oktopus } from "./oktopus.ts";

/** @param endpointOf what the ACS calls a device, as its bridge has said. @returns null where there is no ACS: devices are answered, and nothing is asked of them. @throws Error naming what is missing */
export function configuredAcs({ ACS_KIND, ACS_URL, ACS_USER, ACS_PASSWORD, ACS_FIRMWARE_URL }: Config, endpointOf: (serial: string) => Promise<string | null>): AcsDriver | null {
  if (ACS_KIND === undefined && ACS_URL === undefined) return null;
  if (ACS_KIND === undefined || ACS_URL === undefined) throw new Error("settings to correct: ACS_KIND and ACS_URL go together");
  if (ACS_KIND === "genieacs") return genieacs(ACS_URL);
  if (ACS_USER === undefined || ACS_PASSWORD === undefined) throw new Error("settings to correct: Oktopus needs ACS_USER and ACS_PASSWORD");
  return oktopus({ url: ACS_URL, user: ACS_USER, password: ACS_PASSWORD, firmwareUrl: ACS_FIRMWARE_URL, endpointOf });
}
