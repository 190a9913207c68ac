/** A card that was not charged, told to the customer with a link that pays, and to the office. */
import type { FastifyInstance } from "fastify";
import type { Language } from "@gigafibre/contracts/language";
import type { Order, OrderSummary } from "../orders/repository.ts";
import type { Message } from "../outbox/rows.ts";
import { emailHtml } from "./email-html.ts";
import type { EmailBlock } from "./email-html.ts";
import { emailText } from "./email-text.ts";
import { WORTH_TELLING_HOURS } from "./order-messages.ts";
import { toGsm7 } from "./sms-text.ts";

const HOUR_MS = 3_600_000;

const WORDS = {
  fr: {
    subject: (id: string) => `Paiement de votre commande Gigafibre ${id}`,
    hello: (name: string) => `Bonjour ${name},`,
    what: "Votre carte n'a pas pu être débitée pour votre première facture. Votre service reste actif.",
    how: "Vous pouvez la payer ici, avec cette carte ou une autre:",
    pay: "Payer ma facture",
    questions: (phone: string) => `Une question? Répondez à ce courriel ou appelez-nous au ${phone}.`,
    sms: (url: string) => `Votre carte n'a pas été débitée; votre service reste actif. Payez ici: ${url}`,
  },
  en: {
    subject: (id: string) => `Payment of your Gigafibre order ${id}`,
    hello: (name: string) => `Hello ${name},`,
    what: "Your card could not be charged for your first invoice. Your service stays active.",
    how: "You can pay it here, with this card or another:",
    pay: "Pay my invoice",
    questions: (phone: string) => `A question? Reply to this e-mail or call us at ${phone}.`,
    sms: (url: string) => `Your card was not charged; your service stays active. Pay here: ${url}`,
  },
} as const;

export interface Declined {
  readonly invoice: string;
  /** Why, in Stripe's word. */
  readonly reason: string;
  /** Names the refusal: each is told once. */
  readonly key: string;
  readonly payUrl: string;
}

/** Ends with the order's number: that is how a message already sent is recognised. */
export function declinedSms(id: string, language: Language, payUrl: string): string {
  return toGsm7(`${WORDS[language].sms(payUrl)} Gigafibre, ${id}`);
}

export function declinedMessages(app: FastifyInstance, order: Pick<Order, "id" | "language">, summary: OrderSummary, { invoice, reason, key, payUrl }: Declined): Message[] {
  const words = WORDS[order.language];
  const subject = words.subject(order.id);
  const blocks: EmailBlock[] = [
    { kind: "paragraph", text: words.hello(summary.customer_name) },
    { kind: "paragraph", text: words.what },
    { kind: "paragraph", text: words.how },
    { kind: "button", text: words.pay, url: payUrl },
    { kind: "paragraph", text: words.questions(app.config.COMPANY_PHONE) },
  ];
  const common = (kind: keyof typeof WORTH_TELLING_HOURS) => ({
    key: `charge:${key}:${kind}`,
    subject: order.id,
    not_after: new Date(Date.now() + WORTH_TELLING_HOURS[kind] * HOUR_MS),
  });
  return [
    { ...common("sms"), kind: "sms", payload: { to: `+1${summary.phone}`, body: declinedSms(order.id, order.language, payUrl) } },
    { ...common("email"), kind: "email", payload: { to: summary.email, subject, text: emailText(blocks), html: emailHtml(subject, order.language, blocks) } },
    {
      ...common("chat"),
      kind: "chat",
      payload: {
        text: `Carte non débitée (${reason}): facture ${invoice} de la commande ${order.id}. Le service est actif; le client a reçu un lien de paiement.`,
        link: { url: `${app.config.PUBLIC_URL.replace(/\/$/, "")}/ops`, label: "Ouvrir les opérations" },
      },
    },
  ];
}
