/**
 * The card, from an empty form to a payment method that Stripe has confirmed. Nothing is charged; the form is Stripe's own frame.
 */
import type { SetupIntentAnswer } from "@gigafibre/contracts/orders";
import { onScopeDispose, ref, shallowRef } from "vue";
import type { Ref, ShallowRef } from "vue";
import { ask, refusalOf } from "../../hub-request.ts";
import type { Language } from "../../language.ts";
import { loadSiteConfig } from "../site/site-config.ts";
import type { DraftStore } from "./draft.ts";
import { loadStripe, paymentMethodOf } from "./stripe.ts";
import type { Elements, PaymentElement, SetupIntent, Stripe } from "./stripe.ts";

export type CardState = "opening" | "ready" | "verified" | "failed";

export interface CardForm {
  readonly state: Readonly<Ref<CardState>>;
  /** Stripe's own words about a card that was refused, `UNFINISHED` or `UNHEARD`. */
  readonly refusedBecause: Readonly<ShallowRef<string | null>>;
  /** Shows the form, or finds that the card is already verified. Resolves once one or the other is there. */
  open(at: () => HTMLElement | null): Promise<void>;
  /** Confirms what was entered. True when the draft holds a verified card; the page may leave for the bank and come back instead. */
  confirm(return_url: string): Promise<boolean>;
  /** Forgets a verified card and shows the form again. */
  another(at: () => HTMLElement | null): Promise<void>;
}

/** `POST /api/checkout/setup-intent`, under the order's own key. */
function askSetup(key: string, name: string, email: string): Promise<SetupIntentAnswer> {
  return ask({ method: "POST", url: "/api/checkout/setup-intent", data: { name, email }, headers: { "Idempotency-Key": key } });
}

/** The bank's own check was not passed; the page has its words for it. */
export const UNFINISHED = "unfinished";
/** Nobody has judged the card: Stripe was not reached, or could not say. */
export const UNHEARD = "unheard";
const NO_JUDGEMENT: ReadonlySet<string> = new Set(["api_connection_error", "api_error", "rate_limit_error"]);

export function useCardForm(store: DraftStore, language: () => Language): CardForm {
  const { draft } = store;
  const state = ref<CardState>("opening");
  const refusedBecause = shallowRef<string | null>(null);
  let stripe: Stripe | undefined;
  let elements: Elements | undefined;
  let element: PaymentElement | undefined;
  let gone = false;

  /** A set-up belongs to a person: another name or e-mail needs another one. */
  async function setUp(): Promise<void> {
    const [name, email] = [draft.name.trim(), draft.email.trim().toLowerCase()];
    if (draft.card?.name === name && draft.card.email === email) return;
    let answer: SetupIntentAnswer;
    try {
      answer = await askSetup(draft.key, name, email);
    } catch (thrown) {
      // The key was used for someone else's name: with nothing sent under it, the attempt takes a new one.
      if (refusalOf(thrown).reason !== "idempotency_key_reused" || draft.sent.length > 0) throw thrown;
      store.renewKey();
      answer = await askSetup(draft.key, name, email);
    }
    const { client_secret, setup_intent, stripe_customer_id } = answer;
    draft.card = { client_secret, setup_intent, stripe_customer_id, name, email, payment_method: null };
  }

  /** Stripe remembers what this page may have forgotten: a card confirmed just before a reload, or at the bank. */
  function adopt(intent: SetupIntent | undefined): boolean {
    if (!intent || !draft.card || intent.status !== "succeeded") return false;
    draft.card.payment_method = paymentMethodOf(intent);
    return draft.card.payment_method !== null;
  }

  async function open(at: () => HTMLElement | null): Promise<void> {
    state.value = "opening";
    try {
      const known = draft.card !== null;
      await setUp();
      if (draft.card?.payment_method) {
        state.value = "verified";
        return;
      }
      const { stripe_script_url, stripe_publishable_key } = await loadSiteConfig();
      stripe = await loadStripe(stripe_script_url, stripe_publishable_key, language());
      if (gone || !draft.card) return;
      if (known) {
        const { setupIntent } = await stripe.retrieveSetupIntent(draft.card.client_secret);
        if (adopt(setupIntent)) {
          state.value = "verified";
          return;
        }
        // What an intent keeps of its failure is not written for the customer, nor in their language.
        if (setupIntent?.last_setup_error) refusedBecause.value = UNFINISHED;
      }
      mount(at());
    } catch {
      if (!gone) state.value = "failed";
    }
  }

  function mount(place: HTMLElement | null): void {
    if (gone || !place || !stripe || !draft.card) return;
    element?.unmount();
    elements = stripe.elements({ clientSecret: draft.card.client_secret, locale: language() === "fr" ? "fr-CA" : "en", appearance: appearance() });
    element = elements.create("payment", { layout: "tabs", defaultValues: { billingDetails: { name: draft.name, email: draft.email } } });
    element.on("ready", () => (state.value = "ready"));
    element.on("loaderror", () => (state.value = "failed"));
    element.mount(place);
  }

  async function confirm(return_url: string): Promise<boolean> {
    refusedBecause.value = null;
    if (draft.card?.payment_method) return true;
    if (!stripe || !elements || !draft.card) return false;
    const { error: incomplete } = await elements.submit();
    // Stripe has marked the fields itself.
    if (incomplete) return false;
    const { setupIntent, error } = await stripe.confirmSetup({ elements, clientSecret: draft.card.client_secret, confirmParams: { return_url }, redirect: "if_required" });
    const confirmed = adopt(setupIntent) || adopt(error?.setup_intent);
    if (confirmed) state.value = "verified";
    else if (error?.type !== undefined && NO_JUDGEMENT.has(error.type)) refusedBecause.value = UNHEARD;
    else if (error?.type !== "validation_error") refusedBecause.value = error?.message ?? UNFINISHED;
    return confirmed;
  }

  async function another(at: () => HTMLElement | null): Promise<void> {
    refusedBecause.value = null;
    // A set-up that succeeded serves once; a new one needs a key of its own, and no order has left under the old one.
    if (draft.card && draft.sent.length === 0) store.renewKey();
    await open(at);
  }

  onScopeDispose(() => {
    gone = true;
    element?.unmount();
  });
  return { state, refusedBecause, open, confirm, another };
}

/** The site's own look inside Stripe's frame. */
function appearance(): Readonly<Record<string, unknown>> {
  const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return {
    theme: "stripe",
    variables: {
      colorPrimary: token("--green-700"),
      colorText: token("--slate-900"),
      colorDanger: token("--red-700"),
      colorBackground: "#ffffff",
      fontFamily: "Inter, system-ui, sans-serif",
      fontSizeBase: "16px",
      borderRadius: token("--radius"),
      spacingUnit: "4px",
    },
  };
}
