/** What a person can do next when their order was not taken, by the reason the hub named. */
import type { FieldProblem } from "@gigafibre/contracts/problems";
import type { Refusal, RefusalReason } from "../../hub-request.ts";
import { stepForField } from "./order-body.ts";
import type { Step } from "./steps.ts";
import type { CheckoutInput } from "@gigafibre/contracts/orders";

/** The kinds of next step. Each keeps everything that was filled in. */
export type Move =
  /** Send the same order again, with the same key. */
  | "retry"
  /** Look at the new price and confirm it. */
  | "confirm_price"
  /** Go where the answer is and correct it. */
  | "correct"
  /** Enter a card again. */
  | "card_again"
  /** Look the address up again: what is offered there has changed. */
  | "search_again"
  /** Follow the order that exists. */
  | "see_order"
  | "call";

/** Reasons that a guest's order can meet. */
export const MOVES = {
  network_lost: "retry",
  internal_error: "retry",
  temporarily_unavailable: "retry",
  stripe_unavailable: "retry",
  reconciling: "retry",
  erpnext_unavailable: "retry",
  catalog_unavailable: "retry",
  too_many_requests: "retry",
  invalid_request: "correct",
  price_changed: "confirm_price",
  card_not_confirmed: "card_again",
  card_already_used: "card_again",
  address_not_found: "search_again",
  address_mismatch: "search_again",
  not_served: "search_again",
  unknown_zone: "search_again",
  already_ordered: "see_order",
  idempotency_key_reused: "see_order",
  port_taken: "call",
} as const satisfies Partial<Record<RefusalReason, Move>>;

/** Any other reason is shown in the hub's words, with the phone beside it. */
export function moveFor(refusal: Pick<Refusal, "reason">): Move {
  return (MOVES as Partial<Record<string, Move>>)[refusal.reason] ?? "call";
}

export interface NewPrice {
  readonly monthly_cents: number;
  readonly one_time_cents: number;
}

/** The price that the hub says instead, before tax. */
export function newPriceOf({ details }: Pick<Refusal, "details">): NewPrice | null {
  const { monthly_cents, one_time_cents } = details;
  return typeof monthly_cents === "number" && typeof one_time_cents === "number" ? { monthly_cents, one_time_cents } : null;
}

/** The problems of an `invalid_request`, by the step where each is corrected, in the order of the steps' fields. */
export function fieldsByStep(fields: readonly FieldProblem[], services: CheckoutInput["services"]): Map<Step | "address", FieldProblem[]> {
  const steps = new Map<Step | "address", FieldProblem[]>();
  for (const problem of fields) {
    const step = stepForField(problem.field, services);
    steps.set(step, [...(steps.get(step) ?? []), problem]);
  }
  return steps;
}

/** Reasons by which a chosen date is no longer one, while the others stay. */
const DATE_GONE: ReadonlySet<string> = new Set(["date_full", "date_past", "date_too_soon", "date_holiday", "date_weekend", "date_not_offered"]);

/** The dates that stay chosen when some were refused: `preferred_dates.1` names the second. */
export function datesKept(dates: readonly string[], fields: readonly FieldProblem[]): string[] {
  const gone = new Set(fields.filter(({ reason }) => DATE_GONE.has(reason)).map(({ field }) => field));
  return dates.filter((_, index) => !gone.has(`preferred_dates.${index}`));
}
