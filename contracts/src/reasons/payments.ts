/** Reasons of a payment. */
import type { Reason } from "./reason.ts";

export const PAYMENTS = {
  charge_not_found: {
    status: 404,
    message: {
      fr: "Cette facture n'a pas de paiement par carte en attente. Rien n'a été facturé; envoyez plutôt le lien de paiement.",
      en: "This invoice has no card payment waiting. Nothing was charged; send the payment link instead.",
    },
  },
  no_payment_link: {
    status: 409,
    message: {
      fr: "Cette facture ne vient pas d'une commande d'ici: elle n'a pas de lien de paiement. Rien n'a été envoyé.",
      en: "This invoice is not of an order made here: it has no payment link. Nothing was sent.",
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
