/** A service that is live, told to the customer: by SMS at once, and by e-mail with the invoice as ERPNext prints it. */
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
    sms: (phone: string) => `Service activé! Merci d'avoir choisi Gigafibre. Une question? ${phone}.`,
    subject: (id: string) => `Votre service Gigafibre est activé (${id})`,
    hello: (name: string) => `Bonjour ${name},`,
    live: "Votre service est activé. Bienvenue chez Gigafibre!",
    order: "Commande",
    address: "Adresse",
    invoice: "Facture",
    byCard: "Ce qui reste à payer de votre première facture le sera par la carte que vous avez laissée: vous n'avez rien à faire. Si elle ne passait pas, nous vous enverrions un lien.",
    questions: (phone: string) => `Une question? Répondez à ce courriel ou appelez-nous au ${phone}.`,
    file: (invoice: string) => `Facture ${invoice}.pdf`,
  },
  en: {
    sms: (phone: string) => `Service activated! Thank you for choosing Gigafibre. A question? ${phone}.`,
    subject: (id: string) => `Your Gigafibre service is active (${id})`,
    hello: (name: string) => `Hello ${name},`,
    live: "Your service is active. Welcome to Gigafibre!",
    order: "Order",
    address: "Address",
    invoice: "Invoice",
    byCard: "What is left to pay of your first invoice will be paid by the card you left with us: there is nothing for you to do. Should it not go through, we will send you a link.",
    questions: (phone: string) => `A question? Reply to this e-mail or call us at ${phone}.`,
    file: (invoice: string) => `Invoice ${invoice}.pdf`,
  },
} as const;

/** Ends with the order's number: that is how a message already sent is recognised. */
export function liveSms(id: string, language: Language, companyPhone: string): string {
  return toGsm7(`${WORDS[language].sms(companyPhone)} Gigafibre, ${id}`);
}

/** @param charged whether the invoice is new and goes to the card on file: it is asked after this is said, and may be held or declined */
export function liveMessages(
  app: FastifyInstance,
  order: Pick<Order, "id" | "language">,
  summary: OrderSummary,
  { invoice, charged }: { readonly invoice: string | null; readonly charged: boolean },
): Message[] {
  const words = WORDS[order.language];
  const subject = words.subject(order.id);
  const phone = app.config.COMPANY_PHONE;
  const blocks: EmailBlock[] = [
    { kind: "paragraph", text: words.hello(summary.customer_name) },
    { kind: "paragraph", text: words.live },
    {
      kind: "facts",
      rows: [
        [words.order, order.id],
        [words.address, summary.address_label],
        ...(invoice === null ? [] : [[words.invoice, invoice] as const]),
      ],
    },
    ...(charged ? [{ kind: "notice" as const, text: words.byCard }] : []),
    { kind: "paragraph", text: words.questions(phone) },
  ];
  const common = (kind: "sms" | "email") => ({
    key: `order:${order.id}:live:${kind}`,
    subject: order.id,
    not_after: new Date(Date.now() + WORTH_TELLING_HOURS[kind] * HOUR_MS),
  });
  return [
    { ...common("sms"), kind: "sms", payload: { to: `+1${summary.phone}`, body: liveSms(order.id, order.language, phone) } },
    {
      ...common("email"),
      kind: "email",
      payload: {
        to: summary.email,
        subject,
        text: emailText(blocks),
        html: emailHtml(subject, order.language, blocks),
        ...(invoice === null ? {} : { print: { doctype: "Sales Invoice", name: invoice, file: words.file(invoice), language: order.language } }),
      },
    },
  ];
}
