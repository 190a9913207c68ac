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
