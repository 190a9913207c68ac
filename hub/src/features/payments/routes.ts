import type { FastifyInstance, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { chargeAnswer, paymentLinkRequest, paymentLinkSent } from "@gigafibre/contracts/payments";
import { idempotencyKey, setupIntentAnswer, setupIntentRequest } from "@gigafibre/contracts/orders";
import { problem } from "@gigafibre/contracts/problems";
import type { Language } from "@gigafibre/contracts/language";
import { asPerson, ErpnextRefused, ErpnextUnavailable } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { chargeInvoice } from "./charge-invoice.ts";
import { chargesJob } from "./charge-job.ts";
import { lookAtHeld } from "./charges.ts";
import { settleDeclined } from "./failed.ts";
import { giveBackJobs } from "./give-back.ts";
import { linkPaymentsJob } from "./link-payments.ts";
import { closeStalePage, openPaymentLink } from "./payment-links.ts";
import { payPage } from "./pay-page.ts";
import type { PayPage } from "./pay-page.ts";
import { refundsJob } from "./refunds.ts";
import { sendPaymentLink } from "./send-link.ts";
import { setupIntentFor } from "./setup-intents.ts";
import { stripeWebhook } from "./stripe-webhook.ts";

/** The checkout's key. @throws Refusal `idempotency_key_required` when it is missing or has another form. */
export function requireCheckoutKey(headers: Readonly<Record<string, unknown>>): string {
  const key = idempotencyKey.safeParse(headers["idempotency-key"]);
  if (!key.success) throw new Refusal("idempotency_key_required");
  return key.data;
}

const STATUS: Readonly<Record<PayPage, number>> = { unknown: 404, not_ready: 200, charging: 200, nothing_owed: 200, too_small: 200, paid: 200, unavailable: 503 };

export async function payments(root: FastifyInstance): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>();
  await linkPaymentsJob(root);
  await chargesJob(root);
  await refundsJob(root);
  await giveBackJobs(root);
  root.documentChanges.on("Payment Entry", () => lookAtHeld(root, { hold: "draft_payment" }));
  root.documentChanges.on("Issue", () => lookAtHeld(root, { hold: "draft_payment" }));
  root.documentChanges.on("Gigafibre Settings", () => lookAtHeld(root, { hold: "no_account" }));
  root.documentChanges.on("Sales Invoice", ({ name, document }) => settleDeclined(root, name, document));
  root.documentChanges.on("Sales Invoice", ({ name, document }) => closeStalePage(root, name, document));
  root.documentChanges.on("Dispatch Job", async ({ document }) => {
    if (document?.["customer_signature"]) await lookAtHeld(root, { job: document.name });
  });
  await root.register(stripeWebhook);

  app.post(
    "/api/checkout/setup-intent",
    {
      config: { access: "public" },
      schema: {
        tags: ["orders"],
        summary: "Begins to keep a card for an order",
        description:
          "Makes the Stripe customer and SetupIntent of the checkout whose `Idempotency-Key` is sent, or finds them again. Confirm the card with " +
          "`client_secret` in the browser; nothing is charged. 503 `stripe_unavailable` when Stripe does not answer.",
        body: setupIntentRequest,
        response: { 200: setupIntentAnswer, 422: problem, 503: problem },
      },
    },
    (request) => setupIntentFor(root, requireCheckoutKey(request.headers), request.body),
  );

  app.post(
    "/api/invoices/:invoice/charge",
    {
      config: { access: "agent" },
      schema: {
        tags: ["payments"],
        summary: "Charges an invoice to the card on file",
        description:
          "Any open invoice of a customer with a card, of an order or not: one PaymentIntent an invoice. A charge that waits because nobody signed, or that was declined, goes on " +
          "with the customer's present card; one that waits for the office to settle what was paid on site goes on waiting. Pressed twice it changes nothing. 409 `invoice_not_open`, " +
          "`nothing_owed`, `charge_too_small`, `no_card_on_file`, `being_cancelled`.",
        params: z.strictObject({ invoice: z.string().min(1).max(140) }),
        response: { 200: chargeAnswer, 404: problem, 409: problem, 503: problem },
      },
    },
    (request) => chargeInvoice(root, { invoice: request.params.invoice, user: request.staff?.user ?? "" }, asPerson(request)),
  );

  app.post(
    "/api/invoices/:invoice/payment-link",
    {
      config: { access: "agent" },
      schema: {
        tags: ["payments"],
        summary: "Sends the customer the link that pays an invoice",
        description:
          "By e-mail, SMS or both, to whom the order is from, or to the customer of an invoice that no order made; it asks for what the order, or that invoice, owes when it is " +
          "opened. 202 once kept, with those by which it leaves: of both, the one that reaches them is enough. The same `id` again sends nothing more. 409 `invoice_not_open`, " +
          "`nothing_owed`, `charge_too_small`, `sms_stopped`; 422 of `by` where there is no number or address.",
        params: z.strictObject({ invoice: z.string().min(1).max(140) }),
        body: paymentLinkRequest,
        response: { 202: paymentLinkSent, 404: problem, 409: problem, 422: problem, 503: problem },
      },
    },
    async (request, reply) => {
      try {
        const link = { ...request.body, invoice: request.params.invoice, user: request.staff?.user ?? "" };
        return await reply.code(202).send(await sendPaymentLink(root, link, asPerson(request)));
      } catch (error) {
        if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_unavailable", {}, error);
        if (error instanceof ErpnextRefused) throw new Refusal("not_found", {}, error);
        throw error;
      }
    },
  );

  app.get(
    "/pay/:token",
    {
      config: { access: "public" },
      schema: {
        tags: ["payments"],
        summary: "Pays what an order, or an invoice of none, owes",
        description: "303 to a Stripe page for what it owes at this moment in ERPNext; a page that says so when it owes nothing, next to nothing, or a card is about to be asked.",
        params: z.strictObject({ token: z.string().max(100) }),
      },
    },
    async (request, reply) => {
      void reply.headers({ "cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex" });
      const spoken: Language = /^\s*en\b/i.test(request.headers["accept-language"] ?? "") ? "en" : "fr";
      const show = (page: PayPage, language: Language): FastifyReply =>
        reply.code(STATUS[page]).type("text/html; charset=utf-8").send(payPage(page, language, app.config.COMPANY_PHONE));
      try {
        const opened = await openPaymentLink(root, request.params.token);
        if (opened.kind === "pay") return await reply.redirect(opened.url, 303);
        return await show(opened.kind, "language" in opened ? opened.language : spoken);
      } catch (error) {
        if (!(error instanceof ErpnextUnavailable) && !(error instanceof Refusal)) throw error;
        request.log.warn({ err: error }, "a payment link could not be opened");
        return show("unavailable", spoken);
      }
    },
  );
}
