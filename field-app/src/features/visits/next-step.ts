/** The one action at the bottom of a visit's screen. */
import { missingFor } from "@gigafibre/contracts/visits";
import type { Missing, Visit } from "@gigafibre/contracts/visits";

export type NextStep = { readonly step: "set_out" | "start" | "complete" | "over" | "not_planned" | "cancelled" } | { readonly step: "missing"; readonly missing: Missing };

/** A signature comes last: the customer signs for what works. */
export function nextStepOf(visit: Visit, explained: ReadonlySet<Missing["what"]> = new Set()): NextStep {
  switch (visit.status) {
    case "Open":
      return { step: "not_planned" };
    case "Scheduled":
      return { step: "set_out" };
    case "En Route":
      return { step: "start" };
    case "In Progress": {
      const missing = missingFor(visit).find(({ what }) => !explained.has(what));
      return missing ? { step: "missing", missing } : { step: "complete" };
    }
    case "Completed":
      return { step: "over" };
    case "Cancelled":
      return { step: "cancelled" };
  }
}
