/** Reasons for what is missing at the end, those that were given already first. */
import { missingFor, missingId } from "@gigafibre/contracts/visits";
import type { Missing, Visit } from "@gigafibre/contracts/visits";
import type { PendingAction } from "../outbox/outbox.ts";

const WITHOUT = "Sans signature: ";

/** Why there is no signature, where the technician has said so: on this phone, or in the notes that came with the visit. */
export function reasonWithoutSignature(visit: Visit, pending: readonly PendingAction[]): string | null {
  const said = pending.findLast(({ job, action, state }) => job === visit.name && state !== "refused" && action.kind === "sign_off" && "without_signature" in action.sign_off)?.action;
  if (said?.kind === "sign_off" && "without_signature" in said.sign_off) return said.sign_off.without_signature;
  const line = visit.notes.split("\n").findLast((each) => each.startsWith(WITHOUT));
  return line === undefined ? null : line.slice(WITHOUT.length);
}

export interface LeftOut {
  readonly missing: Missing;
  readonly id: string;
  readonly reason: string;
}

export function leftOutOf(visit: Visit, pending: readonly PendingAction[]): LeftOut[] {
  return missingFor(visit).map((missing) => ({ missing, id: missingId(missing), reason: missing.what === "signature" ? (reasonWithoutSignature(visit, pending) ?? "") : "" }));
}
