/** An order or a service that was cancelled, told to the customer with what comes back to them, and to dispatch. */
import type { FastifyInstance } from "fastify";
import { formatMoney } from "@gigafibre/contracts/money";
import type { Message } from "../outbox/rows.ts";
import { emailHtml } from "./email-html.ts";
import type { EmailBlock } from "./email-html.ts";
import { emailText } from "./email-text.ts";
import type { Addressee } from "./addressee.ts";
import { WORTH_TELLING_HOURS } from "./order-messages.ts";
import { toGsm7 } from "./sms-text.ts";

const HOUR_MS = 3_600_000;

const WORDS = {
  fr: {
    order: "Votre commande Gigafibre est annulée.",
    service: "Votre service Gigafibre est annulé.",
    subject: (id: string, installed: boolean) => (installed ? `Votre service Gigafibre est annulé (${id})` : `Votre commande Gigafibre est annulée (${id})`),
    hello: (name: string) => `Bonjour ${name},`,
    refund: (sum: string) => `Nous remboursons ${sum} sur votre carte; comptez de cinq à dix jours.`,
    byHand: (sum: string) => `Nous vous rendons ${sum}: nous vous écrirons pour le faire.`,
    nothing: "Rien n'a été débité et rien n'est dû.",
    devices: "Nous passerons reprendre les appareils: nous vous appelons pour convenir d'un moment.",
    questions: (phone: string) => `Une question? Répondez à ce courriel ou appelez-nous au ${phone}.`,
    smsRefund: (sum: string) => `Remboursement: ${sum}.`,
  },
  en: {
    order: "Your Gigafibre order is cancelled.",
    service: "Your Gigafibre service is cancelled.",
    subject: (id: string, installed: boolean) => (installed ? `Your Gigafibre service is cancelled (${id})` : `Your Gigafibre order is cancelled (${id})`),
    hello: (name: string) => `Hello ${name},`,
    refund: (sum: string) => `We are refunding ${sum} to your card; allow five to ten days.`,
    byHand: (sum: string) => `We are giving you back ${sum}: we will write to you about it.`,
    nothing: "Nothing was charged and nothing is owed.",
    devices: "We will come for the devices: we will call you to find a time.",
    questions: (phone: string) => `A question? Reply to this e-mail or call us at ${phone}.`,
    smsRefund: (sum: string) => `Refund: ${sum}.`,
  },
} as const;

export interface CancelledTold {
  readonly call: string;
  /** What the messages name: the order, else the place. */
  readonly about: string;
  readonly installed: boolean;
  readonly refund_cents: number;
  readonly by_hand_cents: number;
  readonly nothing_owed: boolean;
  readonly devices: number;
  readonly by: string | null;
}

export function cancelledMessages(app: FastifyInstance, to: Addressee, told: CancelledTold): Message[] {
  const words = WORDS[to.language];
  const money = (cents: number): string => formatMoney(cents, to.language);
  const subject = words.subject(told.about, told.installed);
  const nothing = told.refund_cents === 0 && told.by_hand_cents === 0 && told.nothing_owed;
  const blocks: EmailBlock[] = [
    { kind: "paragraph", text: words.hello(to.name) },
    { kind: "paragraph", text: told.installed ? words.service : words.order },
    ...(told.refund_cents > 0 ? [{ kind: "notice" as const, text: words.refund(money(told.refund_cents)) }] : []),
    ...(told.by_hand_cents > 0 ? [{ kind: "notice" as const, text: words.byHand(money(told.by_hand_cents)) }] : []),
    ...(nothing ? [{ kind: "notice" as const, text: words.nothing }] : []),
    ...(told.devices > 0 ? [{ kind: "paragraph" as const, text: words.devices }] : []),
    { kind: "paragraph", text: words.questions(app.config.COMPANY_PHONE) },
  ];
  const common = (kind: keyof typeof WORTH_TELLING_HOURS) => ({
    key: `call:${told.call}:${kind}`,
    subject: told.about,
    not_after: new Date(Date.now() + WORTH_TELLING_HOURS[kind] * HOUR_MS),
    ...(to.customer === null ? {} : { customer: to.customer }),
  });
  const text = [told.installed ? words.service : words.order, ...(told.refund_cents > 0 ? [words.smsRefund(money(told.refund_cents))] : [])].join(" ");
  return [
    ...(to.phone === null ? [] : [{ ...common("sms"), kind: "sms" as const, payload: { to: `+1${to.phone}`, body: toGsm7(`${text} Gigafibre, ${told.about}`) } }]),
    ...(to.email === null ? [] : [{ ...common("email"), kind: "email" as const, payload: { to: to.email, subject, text: emailText(blocks), html: emailHtml(subject, to.language, blocks) } }]),
    {
      ...common("chat"),
      kind: "chat",
      payload: {
        text: `${told.installed ? "Service annulé" : "Commande annulée"} ${told.about}, par ${told.by ?? "le client"}.${told.devices > 0 ? " Des appareils sont à récupérer." : ""}${told.by_hand_cents > 0 ? ` À rendre au client par le bureau: ${money(told.by_hand_cents)}.` : ""}`,
        link: { url: `${app.config.PUBLIC_URL.replace(/\/$/, "")}/ops`, label: "Ouvrir la répartition" },
      },
    },
  ];
}
