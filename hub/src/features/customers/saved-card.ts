/** The card a customer left, as Stripe shows it. A brand and four digits do not change: they are remembered for a while. */
import type { FastifyInstance } from "fastify";
import type { SavedCard } from "@gigafibre/contracts/customer-360";

const REMEMBERED_MS = 10 * 60_000;
const MOST = 2_000;
/** A page does not wait longer for it. */
const PATIENCE_MS = 1_500;

export type CardAnswer = { readonly card: SavedCard | null } | "unavailable";

export function savedCards(app: FastifyInstance): (paymentMethod: string) => Promise<CardAnswer> {
  const known = new Map<string, { card: SavedCard | null; until: number }>();
  return async (paymentMethod) => {
    if (paymentMethod === "") return { card: null };
    const remembered = known.get(paymentMethod);
    if (remembered && remembered.until > Date.now()) return { card: remembered.card };
    try {
      const { card: there } = await app.stripe.paymentMethods.retrieve(paymentMethod, {}, { timeout: PATIENCE_MS, maxNetworkRetries: 0 });
      const card = there ? { brand: there.brand, last4: there.last4, exp_month: there.exp_month, exp_year: there.exp_year } : null;
      if (known.size >= MOST) known.delete(known.keys().next().value ?? "");
      known.set(paymentMethod, { card, until: Date.now() + REMEMBERED_MS });
      return { card };
    } catch (error) {
      app.log.warn({ err: error }, "Stripe did not say which card a customer has");
      return "unavailable";
    }
  };
}
