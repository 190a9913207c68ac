/** What happens to one order of a random sequence: drawn by fast-check, so that a failing one can be drawn again and made smaller. */
import fc from "fast-check";
import { killableMoments } from "./steps.ts";
import type { DoorKind } from "./plant.ts";
import type { Basket } from "./shopper.ts";
import type { SmtpFault } from "./smtp-wire.ts";
import type { WireFault } from "./wire.ts";

export type HttpLine = "erpnext" | "stripe" | "inbox" | "hooks";

/** Something that goes wrong on a line, for this order's calls only. */
export type Misfortune =
  | { readonly line: HttpLine; readonly kind: WireFault; readonly times: number; readonly ms: number }
  | { readonly line: "smtp"; readonly kind: SmtpFault; readonly times: number }
  /** The line is dead for this order from the first press on, for so long. */
  | { readonly line: HttpLine; readonly kind: "away"; readonly ms: number };

/**
 * - `stay`: presses and waits for the answer.
 * - `leave`: presses and leaves the page after so many milliseconds, or reloads it.
 * - `twice`: presses twice before the page could disable the button.
 */
export type Press = { readonly kind: "stay" } | { readonly kind: "twice" } | { readonly kind: "leave"; readonly afterMs: number };

export interface Script {
  readonly door: DoorKind;
  readonly basket: Basket;
  /** An agent takes it by phone, and it is paid by a link. */
  readonly byAgent: boolean;
  /** Somebody else orders for the same address at the same moment. */
  readonly rival: boolean;
  readonly presses: readonly Press[];
  /** Whether they press until they are told, in the end; or are gone. */
  readonly persists: boolean;
  readonly misfortunes: readonly Misfortune[];
  /** All of the hub's connections to PostgreSQL are cut when it reaches this moment. */
  readonly databaseCutAt: string | undefined;
  /** The process is killed when it reaches this moment for the nth time. */
  readonly kill: { readonly moment: string; readonly nth: number } | undefined;
}

const ms = fc.integer({ min: 0, max: 400 });
const times = fc.integer({ min: 1, max: 3 });
/** Lines whose receivers know a repeat by its key; nobody may hand an SMS over twice but us. */
const keyed = fc.constantFrom<HttpLine>("erpnext", "stripe", "hooks");
const httpLine = fc.constantFrom<HttpLine>("erpnext", "erpnext", "stripe", "inbox", "inbox", "hooks");

const misfortune: fc.Arbitrary<Misfortune> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ line: httpLine, kind: fc.constantFrom<WireFault>("drop_after", "drop_before", "latency", "status"), times, ms }) },
  { weight: 1, arbitrary: fc.record({ line: keyed, kind: fc.constant<WireFault>("duplicate"), times, ms }) },
  { weight: 1, arbitrary: fc.record({ line: fc.constant("smtp" as const), kind: fc.constantFrom<SmtpFault>("drop_after", "drop_before"), times }) },
  { weight: 1, arbitrary: fc.record({ line: httpLine, kind: fc.constant("away" as const), ms: fc.integer({ min: 100, max: 3_000 }) }) },
);

const press: fc.Arbitrary<Press> = fc.oneof(
  fc.record({ kind: fc.constant("stay" as const) }),
  fc.record({ kind: fc.constant("twice" as const) }),
  fc.record({ kind: fc.constant("leave" as const), afterMs: fc.integer({ min: 0, max: 120 }) }),
);

/** True once in `n` draws; shrinks to false. */
const oneIn = (n: number): fc.Arbitrary<boolean> => fc.integer({ min: 0, max: n - 1 }).map((draw) => draw === n - 1);

/** @param kills whether each sequence kills the process; otherwise one in ten cuts the hub's connections to PostgreSQL */
export function script(kills: boolean): fc.Arbitrary<Script> {
  const moment = fc.constantFrom(...killableMoments);
  return fc.record({
    door: fc.constantFrom<DoorKind>("house", "house", "house", "house", "house", "house", "unbuilt", "duplex"),
    basket: fc.constantFrom<Basket>("example", "example", "internet", "television"),
    byAgent: oneIn(8),
    rival: oneIn(6),
    presses: fc.array(press, { minLength: 1, maxLength: 4 }),
    persists: oneIn(4).map((gone) => !gone),
    misfortunes: fc.array(misfortune, { maxLength: 4 }),
    databaseCutAt: kills ? fc.constant(undefined) : fc.tuple(oneIn(10), moment).map(([cut, at]) => (cut ? at : undefined)),
    kill: kills ? fc.record({ moment, nth: fc.integer({ min: 1, max: 3 }) }) : fc.constant(undefined),
  });
}
