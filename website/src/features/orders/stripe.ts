/**
 * Stripe.js, of which this site uses no more than this. Card data goes from Stripe's own frame to Stripe; this page never sees it.
 * https://docs.stripe.com/js
 */
export interface StripeProblem {
  readonly type: string;
  readonly code?: string;
  readonly message?: string;
}

export interface SetupIntent {
  readonly id: string;
  readonly status: string;
  readonly payment_method: string | { readonly id: string } | null;
  readonly last_setup_error?: StripeProblem | null;
}

export interface PaymentElement {
  mount(at: HTMLElement): void;
  unmount(): void;
  on(event: "ready", handler: () => void): void;
  on(event: "loaderror", handler: (event: { readonly error: StripeProblem }) => void): void;
}

export interface Elements {
  create(type: "payment", options?: Readonly<Record<string, unknown>>): PaymentElement;
  submit(): Promise<{ readonly error?: StripeProblem }>;
}

export interface Stripe {
  elements(options: Readonly<Record<string, unknown>>): Elements;
  confirmSetup(options: {
    readonly elements: Elements;
    readonly clientSecret: string;
    readonly confirmParams: Readonly<Record<string, unknown>>;
    readonly redirect: "if_required";
  }): Promise<{ readonly setupIntent?: SetupIntent; readonly error?: StripeProblem & { readonly setup_intent?: SetupIntent } }>;
  retrieveSetupIntent(clientSecret: string): Promise<{ readonly setupIntent?: SetupIntent; readonly error?: StripeProblem }>;
}

declare global {
  interface Window {
    Stripe?: (publishableKey: string, options: { readonly locale: string }) => Stripe;
  }
}

let script: Promise<void> | undefined;

/** Loads Stripe.js once; after a failure the next call tries again. */
export async function loadStripe(script_url: string, publishable_key: string, language: "fr" | "en"): Promise<Stripe> {
  script ??= addScript(script_url).catch((error: unknown) => {
    script = undefined;
    throw error;
  });
  await script;
  if (!window.Stripe) throw new Error(`${script_url} brought no Stripe`);
  return window.Stripe(publishable_key, { locale: language === "fr" ? "fr-CA" : "en" });
}

function addScript(src: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = src;
    element.async = true;
    element.onload = () => resolve();
    element.onerror = () => {
      element.remove();
      reject(new Error(`${src} did not load`));
    };
    document.head.append(element);
  });
}

export function paymentMethodOf({ payment_method }: SetupIntent): string | null {
  return typeof payment_method === "string" ? payment_method : (payment_method?.id ?? null);
}
