/** Reasons of an order: its address, its price, its dates, its card. */
import type { Reason } from "./reason.ts";

export const ORDERS = {
  idempotency_key_required: {
    status: 422,
    message: {
      fr: "Il manque l'en-tête Idempotency-Key (16 à 128 caractères). Rien n'a été enregistré.",
      en: "The Idempotency-Key header is missing (16 to 128 characters). Nothing was saved.",
    },
  },
  idempotency_key_reused: {
    status: 409,
    message: {
      fr: "Une commande différente a déjà été envoyée avec cette clé. Elle est conservée telle quelle; pour la changer, appelez-nous.",
      en: "A different order was already sent with this key. It is kept as it was; to change it, call us.",
    },
  },
  address_not_found: {
    status: 404,
    message: { fr: "Cette adresse n'est pas dans notre registre. Cherchez-la de nouveau.", en: "This address is not in our register. Search for it again." },
  },
  address_mismatch: {
    status: 409,
    message: {
      fr: "L'adresse ne correspond plus à notre raccordement. Rien n'a été commandé; cherchez votre adresse de nouveau.",
      en: "The address no longer matches our fibre drop. Nothing was ordered; search for your address again.",
    },
  },
  not_served: {
    status: 409,
    message: {
      fr: "La fibre ne se rend pas encore à cette adresse. Laissez vos coordonnées et nous vous aviserons.",
      en: "Fibre does not reach this address yet. Leave your details and we will let you know.",
    },
  },
  port_taken: {
    status: 409,
    message: {
      fr: "Le raccordement de cette adresse vient d'être réservé. Rien n'a été commandé ni facturé; appelez-nous et nous trouverons une solution.",
      en: "This address's fibre drop has just been reserved. Nothing was ordered or charged; call us and we will find a way.",
    },
  },
  already_ordered: {
    status: 409,
    message: {
      fr: "Vous avez déjà une commande pour cette adresse. Elle est conservée; rien d'autre n'a été commandé.",
      en: "You already have an order for this address. It is kept; nothing else was ordered.",
    },
  },
  price_changed: {
    status: 409,
    message: {
      fr: "Le prix a changé depuis que vous l'avez vu. Rien n'a été commandé; voyez le nouveau prix et confirmez-le.",
      en: "The price has changed since you saw it. Nothing was ordered; review the new price and confirm it.",
    },
  },
  card_not_confirmed: {
    status: 409,
    message: {
      fr: "Votre carte n'a pas été confirmée pour cette commande. Rien n'a été commandé ni facturé; entrez la carte de nouveau.",
      en: "Your card was not confirmed for this order. Nothing was ordered or charged; enter the card again.",
    },
  },
  card_already_used: {
    status: 409,
    message: {
      fr: "Cette confirmation de carte a déjà servi à une autre commande. Rien n'a été commandé; entrez la carte de nouveau.",
      en: "This card confirmation was already used for another order. Nothing was ordered; enter the card again.",
    },
  },
  reconciling: {
    status: 503,
    message: {
      fr: "Nous vérifions nos systèmes et ne prenons pas de commande pour le moment. Rien n'a été commandé ni facturé; réessayez plus tard, ou appelez-nous.",
      en: "We are checking our systems and take no orders for the moment. Nothing was ordered or charged; try again later, or call us.",
    },
  },
  catalog_unavailable: {
    status: 503,
    message: {
      fr: "Les prix ne sont pas disponibles pour l'instant. Réessayez dans une minute.",
      en: "Prices are not available right now. Try again in a minute.",
    },
  },
  unknown_zone: {
    status: 404,
    message: { fr: "Cette zone tarifaire n'existe pas.", en: "This price zone does not exist." },
  },
  invoicing_not_ready: {
    status: 409,
    message: {
      fr: "La facturation n'est pas configurée dans ERPNext (Gigafibre Settings). Rien n'a été commandé.",
      en: "Invoicing is not set up in ERPNext (Gigafibre Settings). Nothing was ordered.",
    },
  },
  order_not_found: {
    status: 404,
    message: { fr: "Commande introuvable, ou lien incomplet.", en: "Order not found, or the link is incomplete." },
  },
} as const satisfies Record<string, Reason>;
