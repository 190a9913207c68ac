/** What the customer's browser does with Stripe: types a card into Stripe's own form. */
export class StripeBrowser {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Confirms a SetupIntent with a test card. @returns the intent as the browser sees it. */
  async confirm(intent: { setup_intent: string; client_secret: string }, card = "4242424242424242"): Promise<{ id: string; status: string; payment_method: string }> {
    const answer = await fetch(`${this.#url}/v1/setup_intents/${intent.setup_intent}/confirm`, {
      method: "POST",
      headers: { authorization: "Bearer pk_test_standin" },
      body: new URLSearchParams({
        client_secret: intent.client_secret,
        "payment_method_data[type]": "card",
        "payment_method_data[card][number]": card,
        "payment_method_data[card][exp_month]": "12",
        "payment_method_data[card][exp_year]": "34",
        "payment_method_data[card][cvc]": "123",
        return_url: "http://127.0.0.1/commande",
      }),
    });
    const body = (await answer.json()) as { id: string; status: string; payment_method: string; error?: { setup_intent?: { id: string; status: string } } };
    if (answer.ok) return body;
    return { id: intent.setup_intent, status: body.error?.setup_intent?.status ?? "failed", payment_method: "" };
  }

  /** Pays on the page that a Checkout Session opened. */
  async pay(page: string, card = "4242424242424242"): Promise<number> {
    const answer = await fetch(page, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        payment_method_data: {
          type: "card",
          card: { number: card, exp_month: "12", exp_year: "2034", cvc: "123" },
          billing_details: { email: "marie@example.org", name: "Marie-Ève Tremblay", address: { postal_code: "J0S 1M0" } },
        },
      }),
    });
    await answer.text();
    return answer.status;
  }

  /** Objects as the secret key sees them. */
  async list(path: string, query: Readonly<Record<string, string>> = {}): Promise<Record<string, unknown>[]> {
    const answer = await fetch(`${this.#url}/v1/${path}?${new URLSearchParams({ limit: "100", ...query }).toString()}`, {
      headers: { authorization: "Bearer sk_test_standin" },
    });
    return ((await answer.json()) as { data: Record<string, unknown>[] }).data;
  }
}
