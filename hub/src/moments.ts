/**
 * Named moments of a write, published on a diagnostics channel: tracing subscribes to it, and so does whoever wants to know what a
 * process was doing when it died. Publishing without a subscriber costs nothing.
 */
import { channel } from "node:diagnostics_channel";

const moments = channel("gigafibre.moment");

/** Says that `moment` (`order.intake_committed`) was reached for `subject` (an order's id, a key). */
export function reached(moment: string, subject: string): void {
  if (moments.hasSubscribers) moments.publish({ moment, subject });
}
