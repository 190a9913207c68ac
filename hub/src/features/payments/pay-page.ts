/** What a payment link shows when there is no page of Stripe's to go to. */
import type { Language } from "@gigafibre/contracts/language";
import { emailHtml } from "../messages/email-html.ts";

export type PayPage = "unknown" | "not_ready" | "charging" | "nothing_owed" | "too_small" | "paid" | "unavailable";

const TEXTS: Readonly<Record<PayPage, Readonly<Record<Language, readonly [title: string, text: string]>>>> = {
  unknown: {
    fr: ["Lien introuvable", "Ce lien de paiement n'existe pas ou est incomplet. Vérifiez l'adresse, ou appelez-nous au {phone}."],
    en: ["Link not found", "This payment link does not exist or is incomplete. Check the address, or call us at {phone}."],
  },
  not_ready: {
    fr: ["Votre facture se prépare", "Votre commande est bien reçue. Rouvrez ce lien dans quelques minutes pour la payer."],
    en: ["Your invoice is being prepared", "Your order has been received. Open this link again in a few minutes to pay it."],
  },
  charging: {
    fr: ["Un instant", "Nous demandons ce paiement à la carte que vous avez laissée. Rouvrez ce lien dans quelques minutes: rien ne sera payé deux fois."],
    en: ["One moment", "We are asking the card you left with us for this payment. Open this link again in a few minutes: nothing will be paid twice."],
  },
  too_small: {
    fr: ["Presque rien à payer", "Il reste moins de 0,50 $ à payer, et une carte ne peut pas être débitée de si peu. Ce sera sur votre prochaine facture."],
    en: ["Next to nothing to pay", "Less than $0.50 is left to pay, and a card cannot be charged so little. It will be on your next invoice."],
  },
  nothing_owed: {
    fr: ["Rien à payer", "Il ne reste rien à payer. Merci!"],
    en: ["Nothing to pay", "There is nothing left to pay. Thank you!"],
  },
  paid: {
    fr: ["Paiement reçu", "Votre paiement est reçu. Merci! Vous pouvez fermer cette page."],
    en: ["Payment received", "Your payment has been received. Thank you! You can close this page."],
  },
  unavailable: {
    fr: ["Un instant", "Le paiement n'est pas disponible pour l'instant. Rien n'a été facturé; rouvrez ce lien dans quelques minutes."],
    en: ["One moment", "Payment is not available right now. Nothing was charged; open this link again in a few minutes."],
  },
};

export function payPage(page: PayPage, language: Language, phone: string): string {
  const [title, text] = TEXTS[page][language];
  return emailHtml(`${title} – Gigafibre`, language, [
    { kind: "notice", text: title },
    { kind: "paragraph", text: text.replace("{phone}", phone) },
  ]);
}
