/** Reasons of a payment. */
import type { Reason } from "./reason.ts";

export const PAYMENTS = {
  invoice_not_open: {
    status: 409,
    message: {
      fr: "Cette facture est un brouillon, une note de crédit ou est annulée. Rien n'a été débité ni envoyé; choisissez une facture soumise.",
      en: "This invoice is a draft, a credit note or cancelled. Nothing was charged or sent; pick a submitted invoice.",
    },
  },
  charge_too_small: {
    status: 409,
    message: {
      fr: "Il reste moins de 0,50 $ à payer, et une carte ne peut pas être débitée de si peu. Rien n'a été débité ni envoyé; ajoutez-le à la prochaine facture.",
      en: "Less than $0.50 is left to pay, and a card cannot be charged so little. Nothing was charged or sent; add it to the next invoice.",
    },
  },
  no_card_on_file: {
    status: 409,
    message: {
      fr: "Ce client n'a pas de carte enregistrée. Rien n'a été débité; envoyez plutôt le lien de paiement.",
      en: "This customer has no card on file. Nothing was charged; send the payment link instead.",
    },
  },
  being_cancelled: {
    status: 409,
    message: {
      fr: "La commande de cette facture est en train d'être annulée. Rien n'a été débité; voyez ce qu'elle doit une fois que c'est fait.",
      en: "This invoice's order is being cancelled. Nothing was charged; see what it owes once that is done.",
    },
  },
  stripe_unavailable: {
    status: 503,
    message: {
      fr: "Le service de cartes ne répond pas. Rien n'a été commandé ni facturé; réessayez dans quelques minutes.",
      en: "The card service is not answering. Nothing was ordered or charged; try again in a few minutes.",
    },
  },
  link_not_found: {
    status: 404,
    message: { fr: "Ce lien de paiement n'existe pas ou n'est plus valide.", en: "This payment link does not exist or is no longer valid." },
  },
  nothing_owed: {
    status: 409,
    message: { fr: "Il ne reste rien à payer. Merci!", en: "There is nothing left to pay. Thank you!" },
  },
} as const satisfies Record<string, Reason>;
