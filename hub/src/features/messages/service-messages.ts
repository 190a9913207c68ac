/** What changed of a service, told to the customer with what it costs or gives back. */
import type { FastifyInstance } from "fastify";
import type { Bilingual } from "@gigafibre/contracts/language";
import { formatMoney } from "@gigafibre/contracts/money";
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
    suspension: "Votre service Gigafibre est suspendu.",
    resumption: "Votre service Gigafibre est repris.",
    plan: (name: string) => `Votre forfait est maintenant ${name}.`,
    tv_box: "Un décodeur TV est ajouté à votre service.",
    subject: (about: string) => `Votre service Gigafibre (${about})`,
    hello: (name: string) => `Bonjour ${name},`,
    owed: (sum: string) => `Cela fait ${sum} d'ici votre prochaine facture.`,
    credit: (sum: string) => `Un crédit de ${sum} est porté à votre compte.`,
    questions: (phone: string) => `Une question? Répondez à ce courriel ou appelez-nous au ${phone}.`,
  },
  en: {
    suspension: "Your Gigafibre service is suspended.",
    resumption: "Your Gigafibre service is back on.",
    plan: (name: string) => `Your plan is now ${name}.`,
    tv_box: "A TV box is added to your service.",
    subject: (about: string) => `Your Gigafibre service (${about})`,
    hello: (name: string) => `Hello ${name},`,
    owed: (sum: string) => `It comes to ${sum} until your next invoice.`,
    credit: (sum: string) => `A credit of ${sum} is put on your account.`,
    questions: (phone: string) => `A question? Reply to this e-mail or call us at ${phone}.`,
  },
} as const;

export interface ServiceTold {
  readonly call: string;
  readonly about: string;
  readonly kind: "suspension" | "resumption" | "plan" | "tv_box";
  /** Of the plan. */
  readonly label: Bilingual | null;
  readonly total_cents: number;
}

export function serviceMessages(app: FastifyInstance, to: Addressee, { call, about, kind, label, total_cents }: ServiceTold): Message[] {
  const words = WORDS[to.language];
  const said = kind === "plan" ? words.plan(label?.[to.language] ?? "") : words[kind];
  const money = formatMoney(Math.abs(total_cents), to.language);
  const costs = total_cents > 0 ? words.owed(money) : total_cents < 0 ? words.credit(money) : null;
  const subject = words.subject(about);
  const blocks: EmailBlock[] = [
    { kind: "paragraph", text: words.hello(to.name) },
    { kind: "paragraph", text: said },
    ...(costs === null ? [] : [{ kind: "notice" as const, text: costs }]),
    { kind: "paragraph", text: words.questions(app.config.COMPANY_PHONE) },
  ];
  const common = (medium: "sms" | "email") => ({
    key: `call:${call}:${medium}`,
    subject: about,
    not_after: new Date(Date.now() + WORTH_TELLING_HOURS[medium] * HOUR_MS),
    ...(to.customer === null ? {} : { customer: to.customer }),
  });
  return [
    ...(to.phone === null ? [] : [{ ...common("sms"), kind: "sms" as const, payload: { to: `+1${to.phone}`, body: toGsm7(`${[said, costs].filter(Boolean).join(" ")} Gigafibre, ${about} (${call.slice(0, 4)})`) } }]),
    ...(to.email === null ? [] : [{ ...common("email"), kind: "email" as const, payload: { to: to.email, subject, text: emailText(blocks), html: emailHtml(subject, to.language, blocks) } }]),
  ];
}
