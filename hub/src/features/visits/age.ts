import type { VisitAction } from "@gigafibre/contracts/visits";

/** An action this old, or one from the future, says that the phone's clock was moved meanwhile. */
const BELIEVED_AGE_MS = 30 * 86_400_000;

/** How long ago it was done: both times are by one clock, so a wrong one does no harm. Null where it was moved in between. */
export function ageOf({ made_at, sent_at }: Pick<VisitAction, "made_at" | "sent_at">): number | null {
  const age = Date.parse(sent_at) - Date.parse(made_at);
  return age >= 0 && age <= BELIEVED_AGE_MS ? age : null;
}
