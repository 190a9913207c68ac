/** A link that pays what is owed, sent because somebody in the office pressed for it. */
import type { FastifyInstance } from "fastify";
import type { Language } from "@gigafibre/contracts/language";
import { formatMoney } from "@gigafibre/contracts/money";
import type { Message } from "../outbox/rows.ts";
import { aboutOf } from "../payments/payable.ts";
import type { Payable } from "../payments/payable.ts";
import type { Addressee } from "./addressee.ts";
import { emailHtml } from "./email-html.ts";
import type { EmailBlock } from "./email-html.ts";
import { emailText } from "./email-text.ts";
import { WORTH_TELLING_HOURS } from "./order-messages.ts";
import { toGsm7 } from "./sms-text.ts";

const HOUR_MS = 3_600_000;

const WORDS = {
  fr: {
    subject: (invoice: string) => `Votre facture Gigafibre ${invoice}`,
    hello: (name: string) => `Bonjour ${name},`,
    what: (owed: string) => `Il reste ${owed} à payer. Vous pouvez le faire ici, par carte:`,
    invoice: "Facture",
    order: "Commande",
    pay: "Payer ma facture",
    questions: (phone: string) => `Une question? Répondez à ce courriel ou appelez-nous au ${phone}.`,
    sms: (owed: string, url: string) => `Il reste ${owed} à payer. Payez ici: ${url}`,
  },
  en: {
    subject: (invoice: string) => `Your Gigafibre invoice ${invoice}`,
    hello: (name: string) => `Hello ${name},`,
    what: (owed: string) => `${owed} is left to pay. You can do so here, by card:`,
    invoice: "Invoice",
    order: "Order",
    pay: "Pay my invoice",
    questions: (phone: string) => `A question? Reply to this e-mail or call us at ${phone}.`,
    sms: (owed: string, url: string) => `${owed} is left to pay. Pay here: ${url}`,
  },
} as const satisfies Record<Language, unknown>;

export interface SentLink {
  /** Names the sending: the same again is no message. */
  readonly id: string;
  readonly pays: Payable;
  /** The invoice that it was asked for. */
  readonly asked: string;
  readonly owed_cents: number;
  readonly payUrl: string;
  readonly by: readonly ("email" | "sms")[];
  readonly user: string;
}

export function paymentLinkMessages(app: FastifyInstance, to: Addressee, link: SentLink): Message[] {
  const words = WORDS[to.language];
  const about = aboutOf(link.pays);
  const owed = formatMoney(link.owed_cents, to.language);
  const subject = words.subject(link.asked);
  const blocks: EmailBlock[] = [
    { kind: "paragraph", text: words.hello(to.name) },
    { kind: "paragraph", text: words.what(owed) },
    { kind: "facts", rows: [[words.invoice, link.asked], ...(link.pays.order_id === null ? [] : [[words.order, link.pays.order_id] as const])] },
    { kind: "button", text: words.pay, url: link.payUrl },
    { kind: "paragraph", text: words.questions(app.config.COMPANY_PHONE) },
  ];
  const common = (kind: "sms" | "email") => ({
    key: `paylink:${link.id}:${kind}`,
    subject: about,
    ...(to.customer === null ? {} : { customer: to.customer }),
    written_by: link.user,
    not_after: new Date(Date.now() + WORTH_TELLING_HOURS[kind] * HOUR_MS),
  });
  return [
    // Ends with what it is about: that is how one already sent is recognised.
    ...(to.phone === null || !link.by.includes("sms") ? [] : [{ ...common("sms"), kind: "sms" as const, payload: { to: `+1${to.phone}`, body: toGsm7(`${words.sms(owed, link.payUrl)} Gigafibre, ${about} ${link.id.slice(0, 8)}`) } }]),
    ...(to.email === null || !link.by.includes("email") ? [] : [{ ...common("email"), kind: "email" as const, payload: { to: to.email, subject, text: emailText(blocks), html: emailHtml(subject, to.language, blocks) } }]),
  ];
}
