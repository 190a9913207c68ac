/** What recurs from the second month on: the hub does not bill it yet, and says what is due so that nobody forgets. */
import { z } from "zod";
import { isoDate } from "./dates.ts";
import { cents } from "./money.ts";

export const dueSubscription = z.object({
  name: z.string(),
  customer: z.string(),
  /** As people call them. */
  customer_title: z.string(),
  service_location: z.string(),
  place_title: z.string(),
  item: z.string(),
  label: z.string(),
  quantity: z.int(),
  /** Negative for a discount; before tax. */
  amount_cents: cents,
  /** The first day not yet billed. */
  next_billing_date: isoDate,
});
export type DueSubscription = z.infer<typeof dueSubscription>;

/** `GET /api/billing/due`: the longest due first. */
export const dueList = z.object({ today: isoDate, customers: z.int(), total_cents: cents, subscriptions: z.array(dueSubscription) });
export type DueList = z.infer<typeof dueList>;
