/** A card that was not charged, told to the customer with a link that pays, and to the office. */
import type { FastifyInstance } from "fastify";
import type { Language } from "@gigafibre/contracts/language";
import type { Payable } from "../payments/payable.ts";
import { aboutOf } from "../payments/payable.ts";
import type { Message } from "../outbox/rows.ts";
import type { Addressee } from "./addressee.ts";
import { emailHtml } from "./email-html.ts";
import type { EmailBlock } from "./email-html.ts";
import { emailText } from "./email-text.ts";
import { WORTH_TELLING_HOURS } from "./order-messages.ts";
import { toGsm7 } from "./sms-text.ts";

const HOUR_MS = 3_600_000;

const WORDS = {
  fr: {
    subject: { order: (id: string) => `Paiement de votre commande Gigafibre ${id}`, invoice: (id: string) => `Paiement de votre facture Gigafibre ${id}` },
    hello: (name: string) => `Bonjour ${name},`,
    what: { order: "Votre carte n'a pas pu être débitée pour votre première facture. Votre service reste actif.", invoice: "Votre carte n'a pas pu être débitée pour votre facture. Votre service reste actif." },
    how: "Vous pouvez la payer ici, avec cette carte ou une autre:",
    pay: "Payer ma facture",
    questions: (phone: string) => `Une question? Répondez à ce courriel ou appelez-nous au ${phone}.`,
    sms: (url: string) => `Votre carte n'a pas été débitée; votre service reste actif. Payez ici: ${url}`,
  },
  en: {
    subject: { order: (id: string) => `Payment of your Gigafibre order ${id}`, invoice: (id: string) => `Payment of your Gigafibre invoice ${id}` },
    hello: (name: string) => `Hello ${name},`,
    what: { order: "Your card could not be charged for your first invoice. Your service stays active.", invoice: "Your card could not be charged for your invoice. Your service stays active." },
    how: "You can pay it here, with this card or another:",
    pay: "Pay my invoice",
    questions: (phone: string) => `A question? Reply to this e-mail or call us at ${phone}.`,
    sms: (url: string) => `Your card was not charged; your service stays active. Pay here: ${url}`,
  },
} as const;

export type Declined = Payable & {
  readonly charged: string;
  /** Why, in Stripe's word. */
  readonly reason: string;
  /** Names the refusal: each is told once. */
  readonly key: string;
  readonly payUrl: string;
};

/** Ends with the order's number, or the invoice's: that is how a message already sent is recognised. */
export function declinedSms(id: string, language: Language, payUrl: string): string {
  return toGsm7(`${WORDS[language].sms(payUrl)} Gigafibre, ${id}`);
}

export function declinedMessages(app: FastifyInstance, to: Addressee, declined: Declined): Message[] {
  const words = WORDS[to.language];
  const about = aboutOf(declined);
  const of = declined.order_id === null ? "invoice" : "order";
  const subject = words.subject[of](about);
  const blocks: EmailBlock[] = [
    { kind: "paragraph", text: words.hello(to.name) },
    { kind: "paragraph", text: words.what[of] },
    { kind: "paragraph", text: words.how },
    { kind: "button", text: words.pay, url: declined.payUrl },
    { kind: "paragraph", text: words.questions(app.config.COMPANY_PHONE) },
  ];
  const common = (kind: keyof typeof WORTH_TELLING_HOURS) => ({
    key: `charge:${declined.key}:${kind}`,
    subject: about,
    not_after: new Date(Date.now() + WORTH_TELLING_HOURS[kind] * HOUR_MS),
  });
  const theirs = to.customer === null ? {} : { customer: to.customer };
  const told = to.phone === null && to.email === null ? "Personne à joindre: appelez le client." : "Le client a reçu un lien de paiement.";
  return [
    ...(to.phone === null ? [] : [{ ...common("sms"), ...theirs, kind: "sms" as const, payload: { to: `+1${to.phone}`, body: declinedSms(about, to.language, declined.payUrl) } }]),
    ...(to.email === null ? [] : [{ ...common("email"), ...theirs, kind: "email" as const, payload: { to: to.email, subject, text: emailText(blocks), html: emailHtml(subject, to.language, blocks) } }]),
    {
      ...common("chat"),
      kind: "chat",
      payload: {
        text: `Carte non débitée (${declined.reason}): facture ${declined.charged}${of === "order" ? ` de la commande ${about}` : ` de ${to.name}`}. Le service reste actif. ${told}`,
        link: { url: `${app.config.PUBLIC_URL.replace(/\/$/, "")}/ops`, label: "Ouvrir les opérations" },
      },
    },
  ];
}
