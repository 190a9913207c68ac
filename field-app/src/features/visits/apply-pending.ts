/** What a visit looks like with what the technician did and the hub does not hold yet. Nothing here asks or keeps anything. */
import type { Visit, VisitActionBody, VisitEquipment, VisitStatus } from "@gigafibre/contracts/visits";
import type { PendingAction } from "../outbox/database.ts";

const FORWARD: readonly VisitStatus[] = ["Open", "Scheduled", "En Route", "In Progress", "Completed"];

/** A visit goes forward only; a cancelled one stays so. */
const forward = (from: VisitStatus, to: VisitStatus): VisitStatus => (from !== "Cancelled" && FORWARD.indexOf(to) > FORWARD.indexOf(from) ? to : from);

/** Refused it changed nothing; kept for dispatch it changed nothing of this visit. */
const counts = ({ state, outcome }: PendingAction): boolean => state === "waiting" || state === "sending" || (state === "done" && outcome === "applied");

/**
 * In the phone's order. Applied to a bundle that already has some of them it changes nothing: the hub may have said so a moment before the phone
 * heard of it.
 */
export function applyPending(visit: Visit, actions: readonly PendingAction[]): Visit {
  const own = actions.filter((each) => each.job === visit.name && counts(each));
  return own.toSorted((one, other) => one.sequence - other.sequence).reduce((state, { id, action }) => apply(state, id, action), visit);
}

function apply(visit: Visit, id: string, action: VisitActionBody): Visit {
  switch (action.kind) {
    case "set_out":
      return { ...visit, status: forward(visit.status, "En Route") };
    case "start":
      return { ...visit, status: forward(visit.status, "In Progress") };
    case "scan":
      return { ...visit, equipment: withScan(visit.equipment, id, action) };
    case "check":
      return { ...visit, checks: visit.checks.map((check) => (check.key === action.key ? { ...check, done: action.done, value: action.value } : check)) };
    case "note":
      return { ...visit, notes: withLine(visit.notes, action.text) };
    case "photo": {
      const photo = { id: action.photo, caption: action.caption, thumbnail: action.thumbnail, stored: false };
      return visit.photos.some((each) => each.id === photo.id) ? visit : { ...visit, photos: [...visit.photos, photo] };
    }
    case "sign_off":
      if ("signature" in action.sign_off) return { ...visit, signed: true };
      return { ...visit, notes: withLine(visit.notes, `Sans signature: ${action.sign_off.without_signature}`) };
    case "payment":
      // What was handed over is a draft until the office has counted it: still owed, and shown beside.
      return visit;
    case "complete":
      return { ...visit, status: forward(visit.status, "Completed"), equipment: visit.equipment.map((device) => ({ ...device, wifi: null })) };
  }
}

const withLine = (notes: string, line: string): string => (notes.includes(line) ? notes : [notes, line].filter(Boolean).join("\n"));

export const isWaiting = ({ serial_number, mac_address }: VisitEquipment): boolean => serial_number === null && mac_address === null;

function withScan(equipment: readonly VisitEquipment[], id: string, { label, equipment: chosen }: Extract<VisitActionBody, { kind: "scan" }>): VisitEquipment[] {
  const serial_number = label.serial_number ?? label.gpon_sn;
  const numbers = { serial_number, mac_address: label.mac_address };
  const here = equipment.find((device) => (serial_number !== null && device.serial_number === serial_number) || (label.mac_address !== null && device.mac_address === label.mac_address));
  const target = here ?? equipment.find(({ name }) => name === chosen) ?? equipment.find((device) => device.equipment_type === label.equipment_type && isWaiting(device));
  if (target) {
    return equipment.map((device) =>
      device === target ? { ...device, serial_number: numbers.serial_number ?? device.serial_number, mac_address: numbers.mac_address ?? device.mac_address, brand: label.brand ?? device.brand } : device,
    );
  }
  const made: VisitEquipment = { name: `scan:${id}`, equipment_type: label.equipment_type, status: "En attente", ...numbers, brand: label.brand, online: false, rx_power_dbm: null, wifi: null };
  return [...equipment, made];
}
