/** Devices that stand at the places of the days carried: what a scan may already be somewhere else. */
import type { EquipmentType } from "@gigafibre/contracts/labels";
import type { Visit } from "@gigafibre/contracts/visits";
import { isWaiting } from "../visits/apply-pending.ts";

export interface KnownDevice {
  readonly serial_number: string | null;
  readonly mac_address: string | null;
  readonly equipment_type: EquipmentType;
  /** The visit, and the place as people call it. */
  readonly job: string;
  readonly place: string;
}

/** All but those of `job` itself: there a device may be scanned again. */
export function knownDevices(visits: readonly Visit[], job: string): KnownDevice[] {
  const location = visits.find(({ name }) => name === job)?.place.name;
  return visits
    .filter(({ name, place }) => name !== job && place.name !== location)
    .flatMap(({ name, place, equipment }) => equipment.filter((device) => !isWaiting(device)).map(({ serial_number, mac_address, equipment_type }) => ({ serial_number, mac_address, equipment_type, job: name, place: place.address })));
}
