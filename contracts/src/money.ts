/**
 * Money is integer cents, in Canadian dollars. Rounding is half up by magnitude, as Quebec's tax rules and ERPNext's "Commercial Rounding" do.
 */
import { z } from "zod";

export const cents = z.int();
export type Cents = z.infer<typeof cents>;

/** `numerator / denominator` in whole units, half up by magnitude: 1833.5 → 1834, −0.5 → −1. `denominator` is positive. */
export function divideHalfUp(numerator: number, denominator: number): number {
  if (!Number.isSafeInteger(numerator) || !Number.isSafeInteger(denominator) || denominator <= 0) {
    throw new RangeError(`cannot divide ${numerator} by ${denominator} exactly`);
  }
  const magnitude = Math.abs(numerator);
  const quotient = Math.floor(magnitude / denominator);
  const rounded = (magnitude - quotient * denominator) * 2 >= denominator ? quotient + 1 : quotient;
  return rounded === 0 ? 0 : Math.sign(numerator) * rounded;
}

/** Dollars as ERPNext writes them (a JSON number or a decimal string) to cents. */
export function centsFromDollars(dollars: number | string): Cents {
  const match = /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(String(dollars));
  if (!match) throw new RangeError(`not an amount of dollars: ${dollars}`);
  const [, sign, whole, fraction = ""] = match;
  const millionths = Number(whole) * 1_000_000 + Number(fraction.padEnd(6, "0").slice(0, 6));
  const magnitude = divideHalfUp(millionths, 10_000);
  return magnitude === 0 ? 0 : sign ? -magnitude : magnitude;
}

/** Cents to the number of dollars that ERPNext's Currency fields take. */
export function dollarsFromCents(amount: Cents): number {
  return Number((amount / 100).toFixed(2));
}

export { formatMoney } from "./format-money.ts";
