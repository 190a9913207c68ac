/** Everything an order must pass before anything is kept. Reads only. */
import { timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type pg from "pg";
import type { AddressDetails } from "@gigafibre/contracts/addresses";
import { plainKey } from "@gigafibre/contracts/address-text";
import type { Catalog } from "@gigafibre/contracts/catalog";
import { checkSelection, selectionOf } from "@gigafibre/contracts/orders";
import type { Checkout } from "@gigafibre/contracts/orders";
import { quote as quoteOf } from "@gigafibre/contracts/pricing";
import type { Quote } from "@gigafibre/contracts/pricing";
import { fieldProblemOf } from "@gigafibre/contracts/problems";
import { Refusal } from "../../plugins/problems.ts";
import { readDetails } from "../addresses/details.ts";
import { verifySetupIntent } from "../payments/setup-intents.ts";
import { dropsOf, oltPort } from "../ports/ports.ts";
import type { Drop } from "../ports/ports.ts";
import { invoiceSettings, knownCustomer, takenBy } from "./agent-rules.ts";
import { orderById, orderOfCard, tokenOf } from "./repository.ts";
import type { OrderFacts } from "./steps.ts";

export interface Verified extends Pick<OrderFacts, "body" | "address" | "catalog" | "quote" | "existing" | "invoice"> {
  /** Free drops of the address that serve this order, the one asked for first. */
  readonly candidates: readonly Drop[];
  readonly by_agent: string | null;
}

/** @throws Refusal with the named reason of the first check that fails. */
export async function verify(app: FastifyInstance, request: FastifyRequest, checkoutKey: string, body: Checkout): Promise<Verified> {
  const by_agent = await takenBy(app, request, body);
  const address = await readDetails(app.db, body.address.uuid);
  if (!address) throw new Refusal("address_not_found");
  const drops = await dropsOf(app.db, address.uuid);
  if (drops.length === 0) throw new Refusal("not_served");
  const asked = matchingDrop(body, address, drops);
  if (!asked) throw new Refusal("address_mismatch");
  if (asked.reserved_by) await refuseOwnOrder(app, request, asked.reserved_by);

  const candidates = [asked, ...drops.filter((drop) => drop !== asked)].filter((drop) => drop.free && serves(drop, asked));
  if (candidates.length === 0) throw new Refusal("port_taken");

  const catalog = await app.catalog.forZone(asked.zone_tarifaire);
  if (!catalog) throw new Refusal("unknown_zone");
  const problems = checkSelection(body, catalog, { max_speed_mbps: asked.max_speed }, (sku) => app.catalog.soldElsewhere(sku));
  if (asked.on_request && body.preferred_dates !== "contact_me") problems.push(fieldProblemOf("preferred_dates", "dates_not_for_on_request"));
  if (problems.length > 0) throw Refusal.ofFields(problems);

  const known = body.customer.existing === undefined ? null : await knownCustomer(app, body.customer.existing, body.customer.email);
  const quote = priced(body, catalog, known?.free_tv_box ?? true);
  const invoice = body.payment.method === "invoice_later" ? await invoiceSettings(app) : null;
  if (body.payment.method === "stripe_setup") {
    await refuseUsedCard(app.db, body.payment.stripe_setup_intent);
    await verifySetupIntent(app, checkoutKey, body.payment);
  }
  return { body, address, catalog, quote, existing: known?.existing ?? null, invoice, candidates, by_agent };
}

/** The drop the order names, if it reaches that address and everything said about both is so. */
function matchingDrop(body: Checkout, address: AddressDetails, drops: readonly Drop[]): Drop | undefined {
  const said = body.address;
  const same = (a: string, b: string): boolean => plainKey(a) === plainKey(b);
  const near = (a: number, b: number): boolean => Math.abs(a - b) < 0.001;
  const postal = (text: string): string => plainKey(text).replaceAll(" ", "");
  const sameAddress =
    same(said.rue, address.rue) &&
    same(said.ville, address.ville) &&
    postal(said.zip) === postal(address.zip) &&
    near(said.lat, address.lat) &&
    near(said.lng, address.lng);
  return sameAddress ? drops.find((drop) => drop.id === said.fibre_id && oltPort(drop) === said.olt_port) : undefined;
}

/** Another drop will do if what was sold stays true: its price zone, its speed, and whether it has yet to be built. */
function serves(drop: Drop, asked: Drop): boolean {
  return drop.on_request === asked.on_request && drop.zone_tarifaire === asked.zone_tarifaire && drop.max_speed >= asked.max_speed;
}

/**
 * Whoever ordered is told that their order exists; to anyone else the port is merely taken. Only the order's own token, in
 * `X-Order-Token`, proves who that is: an e-mail is known to many.
 */
async function refuseOwnOrder(app: FastifyInstance, request: FastifyRequest, orderId: string): Promise<void> {
  const token = request.headers["x-order-token"];
  if (typeof token !== "string" || !isTokenOf(app, orderId, token)) return;
  const order = await orderById(app.db, orderId);
  if (order) {
    throw new Refusal("already_ordered", { details: { order_id: order.id, state: order.state, status_url: `/api/orders/${order.id}` } });
  }
}

/** A card's confirmation serves one order. @throws Refusal `card_already_used` */
export async function refuseUsedCard(db: pg.ClientBase | pg.Pool, setupIntent: string): Promise<void> {
  if (await orderOfCard(db, setupIntent)) throw new Refusal("card_already_used");
}

/** Compares in constant time. */
export function isTokenOf(app: FastifyInstance, orderId: string, token: string): boolean {
  const given = Buffer.from(token);
  const expected = Buffer.from(tokenOf(app.vault, orderId));
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function priced(body: Checkout, catalog: Catalog, freeTvBox: boolean): Quote {
  const quote = quoteOf(catalog, selectionOf(body, catalog, freeTvBox));
  const { expected } = body;
  if (expected && (expected.monthly_cents !== quote.monthly_cents || expected.one_time_cents !== quote.one_time_cents)) {
    throw new Refusal("price_changed", { details: { ...quote } });
  }
  return quote;
}
