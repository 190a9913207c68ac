/** Someone who orders: a browser's requests, what it was told, and what it does when it is told nothing. */
import { Agent, request } from "undici";
import { setTimeout as wait } from "node:timers/promises";
import { addressDetails } from "@gigafibre/contracts/addresses";
import { catalog } from "@gigafibre/contracts/catalog";
import { orderAccepted, selectionOf, setupIntentAnswer } from "@gigafibre/contracts/orders";
import type { CheckoutInput } from "@gigafibre/contracts/orders";
import { quote } from "@gigafibre/contracts/pricing";
import { problem } from "@gigafibre/contracts/problems";

/** What an order is made of, and what must stand in ERPNext for it. */
export const baskets = {
  /** The worked example of the catalogue. */
  example: {
    services: [
      { sku: "FTTH150I", type: "internet" },
      { sku: "TVBSTANDARD", type: "tv" },
      { sku: "TELEPMENS", type: "phone" },
    ],
    subscriptions: 5,
    equipment: 4,
    tasks: 8,
  },
  internet: { services: [{ sku: "FTTH500I", type: "internet" }], subscriptions: 1, equipment: 2, tasks: 7 },
  television: {
    services: [
      { sku: "FTTH80I", type: "internet" },
      { sku: "TVBEVO", type: "tv" },
      { sku: "TVSPORTS", type: "tv_addon" },
    ],
    subscriptions: 4,
    equipment: 3,
    tasks: 7,
  },
} as const satisfies Record<string, { services: CheckoutInput["services"]; subscriptions: number; equipment: number; tasks: number }>;
export type Basket = keyof typeof baskets;

/** What one press of "Commander" led to, as the person saw it. */
export type Told =
  | { readonly kind: "accepted"; readonly order_id: string; readonly token: string }
  | { readonly kind: "refused"; readonly status: number; readonly reason: string }
  /** No answer: the line was cut, or the page left. */
  | { readonly kind: "nothing"; readonly why: string };

export interface ShopperOptions {
  /** Told apart from everyone else by this number. */
  readonly number: number;
  /** Of the run, where ERPNext outlives it. */
  readonly mark: string;
  readonly hubUrl: string;
  readonly stripeUrl: string;
  readonly publishableKey: string;
  readonly addressUuid: string;
  readonly onRequest: boolean;
  readonly basket: Basket;
  /** The cookie of the agent who takes the order by phone, to be paid by a link; without it a card is confirmed. */
  readonly staff?: string;
}

const agent = new Agent({ connections: 64, pipelining: 0, headersTimeout: 60_000, bodyTimeout: 60_000 });
const PATIENCE_MS = 180_000;
/** Answers after which a browser tries again by itself. */
const TRY_AGAIN = new Set([429, 500, 502, 503, 504]);

export class Shopper {
  readonly number: number;
  readonly name: string;
  readonly email: string;
  /** Ten digits. */
  readonly phone: string;
  readonly key: string;
  readonly addressUuid: string;
  readonly onRequest: boolean;
  readonly basket: Basket;
  /** Invoiced at the order rather than charged after it. */
  readonly invoiced: boolean;
  /** Every answer, oldest first. */
  readonly told: Told[] = [];
  /** Left before the checkout: the card could not be confirmed. */
  gaveUp: string | undefined;
  stripeCustomer: string | undefined;
  setupIntent: string | undefined;
  readonly #options: ShopperOptions;
  #body: CheckoutInput | undefined;

  constructor(options: ShopperOptions) {
    const { number, mark } = options;
    this.#options = options;
    this.number = number;
    this.name = `Orage ${mark}Numéro ${number}`;
    this.email = `orage-${mark.trim()}${number}@exemple.test`;
    this.phone = `450${2_000_000 + number}`;
    this.key = `orage-${number}-${"k".repeat(16)}`;
    this.addressUuid = options.addressUuid;
    this.onRequest = options.onRequest;
    this.basket = options.basket;
    this.invoiced = options.staff !== undefined;
  }

  /** The order it was told it has. */
  get accepted(): Extract<Told, { kind: "accepted" }> | undefined {
    return this.told.find((answer) => answer.kind === "accepted");
  }

  /** Whether a request, by its text, is about this person's order. */
  isAbout(text: string): boolean {
    const marks = [this.email, this.phone, this.key, this.addressUuid, this.setupIntent, this.stripeCustomer, this.accepted?.order_id];
    return marks.some((mark) => mark !== undefined && text.includes(mark));
  }

  /** Looks at the address and the prices, and has the card confirmed, trying again like a patient person. */
  async prepare(card = "pm_card_visa"): Promise<void> {
    const address = addressDetails.parse(await this.#patiently("GET", `/api/address/${this.addressUuid}`));
    if (address.fibre_id === null || address.olt_port === null || address.zone_tarifaire === null) {
      this.gaveUp = `the address is ${address.status}`;
      return;
    }
    const prices = catalog.parse(await this.#patiently("GET", `/api/catalog?zone=${address.zone_tarifaire}`));
    const payment: CheckoutInput["payment"] = this.invoiced ? { method: "invoice_later", send_payment_link: "both" } : await this.#confirmedCard(card);
    const services = baskets[this.basket].services.map((service) => ({ ...service }));
    const withPhone = services.some(({ type }) => type === "phone");
    const price = quote(prices, selectionOf({ services }, prices, true));
    this.#body = {
      address: {
        uuid: address.uuid,
        fibre_id: address.fibre_id,
        rue: address.rue,
        ville: address.ville,
        zip: address.zip,
        olt_port: address.olt_port,
        lat: address.lat,
        lng: address.lng,
      },
      customer: { name: this.name, email: this.email, phone: this.phone, language: this.number % 3 === 0 ? "en" : "fr" },
      services,
      preferred_dates: "contact_me",
      ...(withPhone ? { phone: { e911_accepted: true } } : {}),
      expected: { monthly_cents: price.monthly_cents, one_time_cents: price.one_time_cents },
      consents: { terms_version: "2026-01", charge_after_install: true, marketing: false },
      payment,
    };
  }

  /** The SetupIntent that the hub makes for this checkout, with the card that the browser confirmed for it. */
  async #confirmedCard(card: string): Promise<CheckoutInput["payment"]> {
    const intent = setupIntentAnswer.parse(
      await this.#patiently("POST", "/api/checkout/setup-intent", { name: this.name, email: this.email }),
    );
    this.setupIntent = intent.setup_intent;
    this.stripeCustomer = intent.stripe_customer_id;
    return {
      method: "stripe_setup",
      stripe_setup_intent: intent.setup_intent,
      stripe_customer_id: intent.stripe_customer_id,
      stripe_payment_method: await this.#confirmCard(intent.setup_intent, intent.client_secret, card),
    };
  }

  /** What it sends; for a second tab that sends something else under the same key. */
  get body(): CheckoutInput {
    if (!this.#body) throw new Error(`${this.name} has nothing to send: ${this.gaveUp ?? "not prepared"}`);
    return this.#body;
  }

  /** Presses "Commander" once. Aborting `signal` is leaving or reloading the page. */
  async press(signal?: AbortSignal, body: CheckoutInput = this.body): Promise<Told> {
    const answer = await this.#post(body, signal);
    this.told.push(answer);
    return answer;
  }

  /** Presses again until it is told yes or no; the waiting grows as a page's does, but in step with a test. */
  async pressUntilTold(): Promise<Told> {
    const deadline = Date.now() + PATIENCE_MS;
    for (let pause = 25; ; pause = Math.min(pause * 2, 800)) {
      const answer = await this.press();
      const again = answer.kind === "nothing" || (answer.kind === "refused" && TRY_AGAIN.has(answer.status));
      if (!again || Date.now() > deadline) return answer;
      await wait(pause);
    }
  }

  #headers(): Record<string, string> {
    const { staff, hubUrl } = this.#options;
    return { "idempotency-key": this.key, origin: hubUrl, ...(staff === undefined ? {} : { cookie: staff }) };
  }

  async #post(body: CheckoutInput, signal: AbortSignal | undefined): Promise<Told> {
    try {
      const answer = await request(`${this.#options.hubUrl}/api/checkout`, {
        method: "POST",
        headers: { ...this.#headers(), "content-type": "application/json" },
        body: JSON.stringify(body),
        dispatcher: agent,
        ...(signal ? { signal } : {}),
      });
      const said: unknown = await answer.body.json();
      if (answer.statusCode === 202) {
        const { order_id, token } = orderAccepted.parse(said);
        return { kind: "accepted", order_id, token };
      }
      return { kind: "refused", status: answer.statusCode, reason: problem.parse(said).reason };
    } catch (error) {
      if (error instanceof Error && error.name === "ZodError") throw error;
      return { kind: "nothing", why: error instanceof Error ? ((error as { code?: string }).code ?? error.name) : String(error) };
    }
  }

  /** One request of the pages before the checkout, repeated until the hub answers it. */
  async #patiently(method: "GET" | "POST", path: string, body?: unknown): Promise<unknown> {
    const deadline = Date.now() + PATIENCE_MS;
    for (let pause = 25; ; pause = Math.min(pause * 2, 800)) {
      const answer = await request(this.#options.hubUrl + path, {
        method,
        headers: { ...this.#headers(), ...(body === undefined ? {} : { "content-type": "application/json" }) },
        body: body === undefined ? null : JSON.stringify(body),
        dispatcher: agent,
      }).catch(() => undefined);
      const text = await answer?.body.text().catch(() => undefined);
      if (answer?.statusCode === 200 && text !== undefined) return JSON.parse(text);
      if (Date.now() > deadline || (answer && answer.statusCode < 500 && answer.statusCode !== 429)) {
        throw new Error(`${method} ${path}: ${answer?.statusCode ?? "no answer"} ${text ?? ""}`);
      }
      await wait(pause);
    }
  }

  /** What the card form does, from the browser to the cards' side. */
  async #confirmCard(intent: string, secret: string, card: string): Promise<string> {
    const answer = await request(`${this.#options.stripeUrl}/v1/setup_intents/${intent}/confirm`, {
      method: "POST",
      headers: { authorization: `Bearer ${this.#options.publishableKey}`, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ client_secret: secret, payment_method: card, return_url: `${this.#options.hubUrl}/` }).toString(),
      dispatcher: agent,
    });
    const said = (await answer.body.json()) as { status?: string; payment_method?: string; setup_intent?: { payment_method?: string } };
    if (answer.statusCode !== 200 || said.status !== "succeeded" || !said.payment_method) throw new Error(`the card was not confirmed: ${JSON.stringify(said)}`);
    return said.payment_method;
  }
}
