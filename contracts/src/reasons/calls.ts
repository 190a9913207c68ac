/** Reasons of the calls of every day. */
import type { Reason } from "./reason.ts";

export const CALLS = {
  call_id_reused: {
    status: 409,
    message: {
      fr: "Autre chose a déjà été demandé sous ce numéro. C'est conservé tel quel; recommencez celle-ci depuis le début.",
      en: "Something else was already asked for under this number. It is kept as it was; begin this one again.",
    },
  },
  call_not_found: { status: 404, message: { fr: "Cette demande n'existe pas.", en: "There is no such request." } },
  call_changed: {
    status: 409,
    message: {
      fr: "La situation a changé depuis que vous l'avez vue. Rien n'a été fait; voyez ce qui se passerait maintenant, puis confirmez.",
      en: "Things have changed since you looked. Nothing was done; see what would happen now, then confirm.",
    },
  },
  call_refused: {
    status: 409,
    message: {
      fr: "ERPNext a refusé. Rien n'a été fait; lisez la raison, corrigez-la et recommencez.",
      en: "ERPNext refused. Nothing was done; read why, put it right and try again.",
    },
  },
  already_cancelled: {
    status: 409,
    message: { fr: "C'est déjà annulé. Rien d'autre n'a été fait.", en: "It is cancelled already. Nothing else was done." },
  },
  installation_begun: {
    status: 409,
    message: {
      fr: "L'installation est commencée ou faite. Rien n'a été annulé; appelez-nous et nous verrons ensemble.",
      en: "The installation has begun or is done. Nothing was cancelled; call us and we will look at it together.",
    },
  },
  payment_unsettled: {
    status: 409,
    message: {
      fr: "Un paiement de cette commande n'est pas encore réglé par le bureau. Rien n'a été annulé; réglez-le dans ERPNext, puis recommencez.",
      en: "A payment of this order is not settled by the office yet. Nothing was cancelled; settle it in ERPNext, then try again.",
    },
  },
  service_not_active: {
    status: 409,
    message: {
      fr: "Ce service n'est pas dans l'état qu'il faut pour cela. Rien n'a été changé; voyez où il en est, puis recommencez.",
      en: "This service is not in the state for that. Nothing was changed; see how it stands, then try again.",
    },
  },
  two_cards: {
    status: 409,
    message: {
      fr: "Les deux clients ont une carte enregistrée. Rien n'a été fusionné; dites laquelle reste, l'autre sera effacée.",
      en: "Both customers have a card on file. Nothing was merged; say which one stays, the other will be erased.",
    },
  },
  device_not_in_use: {
    status: 409,
    message: {
      fr: "Cet appareil n'est plus en service à ce lieu. Rien n'a été remplacé; choisissez celui qui y est.",
      en: "This device is no longer in use at this place. Nothing was replaced; pick the one that is.",
    },
  },
} as const satisfies Record<string, Reason>;
