/** The confirmation by e-mail: one summary of lines, two ways of writing it. */
import { formatDay } from "@gigafibre/contracts/dates";
import type { Language } from "@gigafibre/contracts/language";
import { formatMoney } from "@gigafibre/contracts/money";
import type { Taxes } from "@gigafibre/contracts/pricing";
import type { OrderSummary, SummaryLine } from "../orders/repository.ts";
import { emailHtml, type EmailBlock } from "./email-html.ts";
import { emailText } from "./email-text.ts";
import type { ToldOrder } from "./told-order.ts";

const WORDS = {
  fr: {
    subject: (id: string) => `Votre commande Gigafibre ${id}`,
    hello: (name: string) => `Bonjour ${name},`,
    thanks: "Votre commande est confirmée. Merci de votre confiance!",
    order: "Commande",
    address: "Adresse",
    installation: "Installation",
    planned: (first: string) => `Prévue le ${first} (à confirmer).`,
    others: (dates: string) => `Vos autres choix: ${dates}.`,
    callForDate: "Nous vous appelons pour la date.",
    build: "Le raccordement de votre adresse est à construire: nous vous appelons pour la date.",
    monthly: "Chaque mois",
    once: "Une seule fois",
    subtotal: "Sous-total",
    tps: "TPS (5 %)",
    tvq: "TVQ (9,975 %)",
    total: "Total",
    noCharge: "Aucun frais avant la complétion de l'installation à votre satisfaction.",
    payNow: "Payer ma commande",
    payText: "Votre facture est prête. Vous pouvez la payer ici quand vous voulez:",
    follow: "Suivre ma commande",
    questions: (phone: string) => `Une question? Répondez à ce courriel ou appelez-nous au ${phone}.`,
  },
  en: {
    subject: (id: string) => `Your Gigafibre order ${id}`,
    hello: (name: string) => `Hello ${name},`,
    thanks: "Your order is confirmed. Thank you for choosing us!",
    order: "Order",
    address: "Address",
    installation: "Installation",
    planned: (first: string) => `Planned for ${first} (to be confirmed).`,
    others: (dates: string) => `Your other choices: ${dates}.`,
    callForDate: "We will call you about the date.",
    build: "The fibre drop to your address has yet to be built: we will call you about the date.",
    monthly: "Every month",
    once: "Once only",
    subtotal: "Subtotal",
    tps: "GST (5%)",
    tvq: "QST (9.975%)",
    total: "Total",
    noCharge: "No charge until the installation is completed to your satisfaction.",
    payNow: "Pay my order",
    payText: "Your invoice is ready. You can pay it here whenever you like:",
    follow: "Follow my order",
    questions: (phone: string) => `A question? Reply to this e-mail or call us at ${phone}.`,
  },
} as const;

export interface OrderLinks {
  readonly statusUrl: string;
  /** Present when the customer pays by link. */
  readonly payUrl: string | null;
  readonly companyPhone: string;
}

export function orderEmail(order: ToldOrder, summary: OrderSummary, links: OrderLinks): { subject: string; text: string; html: string } {
  const words = WORDS[order.language];
  const blocks: EmailBlock[] = [
    { kind: "paragraph", text: words.hello(summary.customer_name) },
    { kind: "paragraph", text: words.thanks },
    {
      kind: "facts",
      rows: [
        [words.order, order.id],
        [words.address, summary.address_label],
        [words.installation, installation(order)],
      ],
    },
    { kind: "table", title: words.monthly, rows: moneyRows(summary.monthly, summary.monthly_cents, summary.monthly_taxes, order.language) },
    ...(summary.once.length > 0
      ? [{ kind: "table" as const, title: words.once, rows: moneyRows(summary.once, summary.one_time_cents, summary.one_time_taxes, order.language) }]
      : []),
    links.payUrl === null ? { kind: "notice", text: words.noCharge } : { kind: "paragraph", text: words.payText },
    ...(links.payUrl === null ? [] : [{ kind: "button" as const, text: words.payNow, url: links.payUrl }]),
    { kind: links.payUrl === null ? "button" : "link", text: words.follow, url: links.statusUrl },
    { kind: "paragraph", text: words.questions(links.companyPhone) },
  ];
  const subject = words.subject(order.id);
  return { subject, text: emailText(blocks), html: emailHtml(subject, order.language, blocks) };
}

function installation({ language, on_request, preferred_dates }: ToldOrder): string {
  const words = WORDS[language];
  if (on_request) return words.build;
  if (preferred_dates === "contact_me") return words.callForDate;
  const [first, ...others] = preferred_dates.map((date) => formatDay(date, language));
  return [words.planned(first ?? ""), ...(others.length > 0 ? [words.others(others.join(", "))] : [])].join(" ");
}

function moneyRows(lines: readonly SummaryLine[], net: number, taxes: Taxes, language: Language): { label: string; amount: string; strong?: boolean }[] {
  const words = WORDS[language];
  const money = (cents: number): string => formatMoney(cents, language);
  return [
    ...lines.map((line) => ({
      label: line.quantity > 1 ? `${line.quantity} × ${line.label[language]}` : line.label[language],
      amount: money(line.amount_cents),
    })),
    { label: words.subtotal, amount: money(net) },
    { label: words.tps, amount: money(taxes.tps_cents) },
    { label: words.tvq, amount: money(taxes.tvq_cents) },
    { label: words.total, amount: money(taxes.total_cents), strong: true },
  ];
}
