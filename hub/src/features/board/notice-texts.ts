/** How a customer is told of their visit's date. */
import { dayOf, formatTime, minuteOf } from "@gigafibre/contracts/board";
import { formatDay } from "@gigafibre/contracts/dates";
import type { Language } from "@gigafibre/contracts/language";
import { emailHtml } from "../messages/email-html.ts";
import type { EmailBlock } from "../messages/email-html.ts";
import { emailText } from "../messages/email-text.ts";
import { toGsm7 } from "../messages/sms-text.ts";
import type { EmailPayload } from "../outbox/rows.ts";

export type NoticeKind = "confirmed" | "moved" | "put_back" | "reminder";

export interface Notice {
  readonly kind: NoticeKind;
  readonly job: string;
  readonly language: Language;
  /** Of the visit; where it was put back, the one that no longer is. */
  readonly start: string;
  readonly address: string;
  readonly company_phone: string;
}

const SMS = {
  fr: {
    confirmed: (when: string) => `Rendez-vous fixé: ${when}. Répondez OUI pour confirmer.`,
    moved: (when: string) => `Votre rendez-vous est déplacé: ${when}. Répondez OUI pour confirmer.`,
    put_back: (day: string, phone: string) => `Votre rendez-vous du ${day} n'a plus lieu. Nous vous proposerons une autre date. ${phone}.`,
    reminder: (when: string) => `Rappel: notre technicien passe demain, ${when}. Répondez OUI pour confirmer.`,
  },
  en: {
    confirmed: (when: string) => `Appointment set: ${when}. Reply YES to confirm.`,
    moved: (when: string) => `Your appointment has moved: ${when}. Reply YES to confirm.`,
    put_back: (day: string, phone: string) => `Your appointment of ${day} will not take place. We will offer you another date. ${phone}.`,
    reminder: (when: string) => `Reminder: our technician comes tomorrow, ${when}. Reply YES to confirm.`,
  },
} as const;

const EMAIL = {
  fr: {
    subject: { confirmed: "Votre rendez-vous Gigafibre", moved: "Votre rendez-vous Gigafibre est déplacé", put_back: "Votre rendez-vous Gigafibre n'a plus lieu", reminder: "Votre rendez-vous Gigafibre de demain" },
    hello: (name: string) => `Bonjour ${name},`,
    says: {
      confirmed: "La visite de notre technicien est fixée.",
      moved: "La date de la visite de notre technicien a changé. La voici.",
      put_back: "La visite prévue n'a plus lieu à cette date. Nous vous en proposerons une autre; vous n'avez rien à faire.",
      reminder: "Notre technicien passe demain.",
    },
    when: "Quand",
    where: "Où",
    visit: "Visite",
    about: (time: string) => `vers ${time}`,
    questions: (phone: string) => `Cela ne vous convient pas? Répondez à ce courriel ou appelez-nous au ${phone}.`,
  },
  en: {
    subject: { confirmed: "Your Gigafibre appointment", moved: "Your Gigafibre appointment has moved", put_back: "Your Gigafibre appointment will not take place", reminder: "Your Gigafibre appointment tomorrow" },
    hello: (name: string) => `Hello ${name},`,
    says: {
      confirmed: "Our technician's visit is set.",
      moved: "The date of our technician's visit has changed. Here it is.",
      put_back: "The visit will not take place on this date. We will offer you another; there is nothing for you to do.",
      reminder: "Our technician comes tomorrow.",
    },
    when: "When",
    where: "Where",
    visit: "Visit",
    about: (time: string) => `around ${time}`,
    questions: (phone: string) => `Does it not suit you? Reply to this e-mail or call us at ${phone}.`,
  },
} as const;

/** It ends with the job's number: that is how a message already sent is recognised. */
export function noticeSms({ kind, job, language, start, company_phone }: Notice): string {
  const day = formatDay(dayOf(start), language);
  const said = kind === "put_back" ? SMS[language].put_back(day, company_phone) : SMS[language][kind](`${day}, ${EMAIL[language].about(formatTime(minuteOf(start), language))}`);
  return toGsm7(`${said} Gigafibre, ${job}`);
}

export function noticeEmail({ kind, job, language, start, address, company_phone }: Notice, name: string): Omit<EmailPayload, "to"> {
  const words = EMAIL[language];
  const subject = `${words.subject[kind]} (${job})`;
  const day = formatDay(dayOf(start), language);
  const blocks: EmailBlock[] = [
    { kind: "paragraph", text: words.hello(name) },
    { kind: "paragraph", text: words.says[kind] },
    { kind: "facts", rows: [[words.when, kind === "put_back" ? day : `${day}, ${words.about(formatTime(minuteOf(start), language))}`], [words.where, address], [words.visit, job]] },
    { kind: "paragraph", text: words.questions(company_phone) },
  ];
  return { subject, text: emailText(blocks), html: emailHtml(subject, language, blocks) };
}
