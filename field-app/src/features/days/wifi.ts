/** Passwords of customers' WiFi do not stay on a phone. */
import type { VisitDays } from "@gigafibre/contracts/visits";

const KEPT_MS = 48 * 3_600_000;
/** A clock set back further than this says nothing any more. */
const SET_BACK_MS = 3_600_000;

export function withoutWifi(days: VisitDays, ofJob?: string): VisitDays {
  return { ...days, visits: days.visits.map((visit) => (ofJob === undefined || visit.name === ofJob ? { ...visit, equipment: visit.equipment.map((device) => ({ ...device, wifi: null })) } : visit)) };
}

/** Both by the phone's clock. */
export const wifiExpired = (kept_at: Date, now: Date): boolean => now.getTime() - kept_at.getTime() > KEPT_MS || kept_at.getTime() - now.getTime() > SET_BACK_MS;
