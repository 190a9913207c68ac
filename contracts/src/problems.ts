/**
 * Why something was refused: a named reason, said in both languages, with what was kept and what to do next.
 * The body of every error answer (RFC 9457 `application/problem+json`).
 */
import { z } from "zod";
import { bilingual } from "./language.ts";
import type { Bilingual } from "./language.ts";

interface Reason {
  readonly status: number;
  readonly message: Bilingual;
}

/** Reasons for a whole request. */
export const REASONS = {
  invalid_request: {
    status: 422,
    message: {
      fr: "Certains renseignements sont à corriger. Rien n'a été enregistré; corrigez-les et envoyez de nouveau.",
      en: "Some details need correcting. Nothing was saved; correct them and send again.",
    },
  },
  malformed_body: {
    status: 422,
    message: { fr: "La demande est illisible. Rien n'a été enregistré.", en: "The request cannot be read. Nothing was saved." },
  },
  body_too_large: {
    status: 422,
    message: { fr: "La demande est trop volumineuse. Rien n'a été enregistré.", en: "The request is too large. Nothing was saved." },
  },
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
  erpnext_unavailable: {
    status: 503,
    message: {
      fr: "Le système de gestion ne répond pas. Rien n'a été changé; réessayez dans une minute.",
      en: "The management system is not answering. Nothing was changed; try again in a minute.",
    },
  },
  erpnext_outcome_unknown: {
    status: 503,
    message: {
      fr: "Le système de gestion n'a pas répondu à temps: on ne sait pas si le changement a été fait. Rechargez la page avant de recommencer.",
      en: "The management system did not answer in time: whether the change was made is not known. Reload the page before trying again.",
    },
  },
  temporarily_unavailable: {
    status: 503,
    message: {
      fr: "Le service est momentanément indisponible. Rien n'a été enregistré; réessayez dans une minute.",
      en: "The service is briefly unavailable. Nothing was saved; try again in a minute.",
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
  sign_in_required: {
    status: 401,
    message: { fr: "Connectez-vous pour continuer. Rien n'a été perdu.", en: "Sign in to continue. Nothing was lost." },
  },
  not_allowed: {
    status: 403,
    message: { fr: "Votre compte ne permet pas cette action.", en: "Your account does not allow this action." },
  },
  cross_site_request: {
    status: 403,
    message: {
      fr: "La demande vient d'un autre site et a été refusée. Rien n'a été changé.",
      en: "The request came from another site and was refused. Nothing was changed.",
    },
  },
  action_version_unknown: {
    status: 422,
    message: {
      fr: "L'application est d'une autre version que le serveur. L'action reste dans l'appareil; mettez l'application à jour et envoyez de nouveau.",
      en: "The app is of another version than the server. The action stays on the device; update the app and send again.",
    },
  },
  action_id_reused: {
    status: 409,
    message: {
      fr: "Une autre action a déjà été reçue sous ce numéro. Elle est conservée telle quelle; refaites celle-ci.",
      en: "Another action was already received under this number. It is kept as it was; make this one again.",
    },
  },
  earlier_action_first: {
    status: 425,
    message: {
      fr: "Une action précédente de cette visite n'est pas encore arrivée. Celle-ci reste dans l'appareil et sera envoyée après elle.",
      en: "An earlier action of this visit has not arrived yet. This one stays on the device and will be sent after it.",
    },
  },
  visit_not_scheduled: {
    status: 409,
    message: {
      fr: "Cette visite n'est pas encore planifiée. L'action est gardée; demandez à la répartition de la planifier, puis réessayez.",
      en: "This visit is not scheduled yet. The action is kept; ask dispatch to schedule it, then try again.",
    },
  },
  visit_incomplete: {
    status: 409,
    message: {
      fr: "Il manque quelque chose à cette visite. Elle n'est pas complétée; faites ce qui manque, ou dites pourquoi non.",
      en: "Something is missing from this visit. It is not completed; do what is missing, or say why not.",
    },
  },
  unreadable_label: {
    status: 409,
    message: {
      fr: "Cette étiquette ne nomme aucun appareil. Rien n'a été inscrit; numérisez un autre code, ou entrez le numéro à la main.",
      en: "This label names no device. Nothing was recorded; scan another code, or type the number.",
    },
  },
  two_devices: {
    status: 409,
    message: {
      fr: "Cette étiquette porte les numéros de deux appareils. Rien n'a été inscrit; numérisez un seul appareil.",
      en: "This label carries the numbers of two devices. Nothing was recorded; scan one device only.",
    },
  },
  wrong_device_type: {
    status: 409,
    message: {
      fr: "Cet appareil n'est pas du type attendu. Rien n'a été inscrit; choisissez le bon appareil, ou le bon type.",
      en: "This device is not of the expected type. Nothing was recorded; pick the right device, or the right type.",
    },
  },
  device_not_waiting: {
    status: 409,
    message: {
      fr: "Cet emplacement n'attend plus d'appareil. Rien n'a été inscrit; rechargez la visite et choisissez-en un autre.",
      en: "This slot no longer waits for a device. Nothing was recorded; reload the visit and pick another.",
    },
  },
  serial_elsewhere: {
    status: 409,
    message: {
      fr: "Cet appareil est déjà inscrit ailleurs. Rien n'a été inscrit ici; prenez-en un autre, ou appelez la répartition.",
      en: "This device already stands elsewhere. Nothing was recorded here; take another, or call dispatch.",
    },
  },
  device_defective: {
    status: 409,
    message: {
      fr: "Cet appareil est marqué défectueux. Rien n'a été inscrit; prenez-en un autre.",
      en: "This device is marked defective. Nothing was recorded; take another.",
    },
  },
  action_refused: {
    status: 409,
    message: {
      fr: "ERPNext a refusé cette action. Rien n'a été inscrit; l'action est gardée: corrigez la cause, puis réessayez.",
      en: "ERPNext refused this action. Nothing was recorded; the action is kept: correct the cause, then try again.",
    },
  },
  photo_not_announced: {
    status: 404,
    message: {
      fr: "Cette photo n'a pas encore été annoncée. Elle reste dans l'appareil; envoyez d'abord son action.",
      en: "This photo was not announced yet. It stays on the device; send its action first.",
    },
  },
  photo_offset: {
    status: 409,
    message: {
      fr: "Ce morceau ne suit pas ce qui est déjà reçu. Ce qui l'est est gardé; reprenez où l'en-tête upload-offset le dit.",
      en: "This piece does not follow what was received. That much is kept; go on where the upload-offset header says.",
    },
  },
  photo_damaged: {
    status: 409,
    message: {
      fr: "La photo est arrivée altérée. Rien n'en est gardé; elle reste dans l'appareil: envoyez-la de nouveau depuis le début.",
      en: "The photo arrived altered. Nothing of it is kept; it stays on the device: send it again from the start.",
    },
  },
  order_not_found: {
    status: 404,
    message: { fr: "Commande introuvable, ou lien incomplet.", en: "Order not found, or the link is incomplete." },
  },
  link_not_found: {
    status: 404,
    message: { fr: "Ce lien de paiement n'existe pas ou n'est plus valide.", en: "This payment link does not exist or is no longer valid." },
  },
  nothing_owed: {
    status: 409,
    message: { fr: "Il ne reste rien à payer. Merci!", en: "There is nothing left to pay. Thank you!" },
  },
  device_unknown: {
    status: 404,
    message: {
      fr: "Aucun équipement ne porte ce numéro de série ni cette adresse MAC. L'appareil est gardé en mémoire: numérisez son étiquette pour le lier.",
      en: "No equipment has this serial number or MAC address. The device is remembered: scan its label to bind it.",
    },
  },
  device_without_service: {
    status: 409,
    message: {
      fr: "L'appareil est connu, mais n'est pas en service à un lieu actif ou à installer. Rien ne lui a été transmis; vérifiez son lieu et son statut.",
      en: "The device is known, but not in use at an active or pending place. It was told nothing; check its place and status.",
    },
  },
  bad_signature: {
    status: 401,
    message: { fr: "Signature absente ou invalide.", en: "Signature missing or invalid." },
  },
  too_many_requests: {
    status: 429,
    message: { fr: "Trop de demandes. Réessayez dans un instant.", en: "Too many requests. Try again in a moment." },
  },
  not_found: { status: 404, message: { fr: "Introuvable.", en: "Not found." } },
  internal_error: {
    status: 500,
    message: {
      fr: "Une erreur s'est produite de notre côté. Réessayez; si elle persiste, appelez-nous.",
      en: "Something went wrong on our side. Try again; if it persists, call us.",
    },
  },
} as const satisfies Record<string, Reason>;
export type ReasonName = keyof typeof REASONS;

/** Reasons for one field of a request. */
export const FIELD_REASONS = {
  required: { fr: "Ce champ est requis.", en: "This field is required." },
  invalid: { fr: "Cette valeur n'est pas valide.", en: "This value is not valid." },
  too_long: { fr: "Ce texte est trop long.", en: "This text is too long." },
  unknown_field: { fr: "Ce champ n'existe pas.", en: "This field does not exist." },
  invalid_email: { fr: "Ce courriel ne semble pas valide.", en: "This e-mail does not look valid." },
  invalid_phone: { fr: "Ce numéro de téléphone ne semble pas valide.", en: "This phone number does not look valid." },
  email_or_phone_required: { fr: "Laissez un courriel ou un téléphone.", en: "Leave an e-mail or a phone number." },
  unknown_sku: { fr: "Ce produit n'existe pas.", en: "This product does not exist." },
  sku_not_in_zone: { fr: "Ce produit n'est pas offert dans cette zone.", en: "This product is not offered in this zone." },
  wrong_type: { fr: "Ce produit n'est pas de ce type.", en: "This product is not of that type." },
  repeated_sku: { fr: "Ce produit est choisi deux fois; utilisez la quantité.", en: "This product is chosen twice; use the quantity." },
  quantity_not_allowed: { fr: "La quantité doit être 1 pour ce produit.", en: "The quantity must be 1 for this product." },
  one_internet_plan: { fr: "Choisissez un forfait Internet, et un seul.", en: "Choose one internet plan, and only one." },
  one_tv_base: { fr: "Un seul forfait télé de base est possible.", en: "Only one base TV package is possible." },
  addon_needs_paid_tv: { fr: "Les chaînes s'ajoutent à un forfait télé payant.", en: "Channel add-ons go with a paid TV package." },
  speed_above_port: { fr: "Cette vitesse n'est pas offerte à cette adresse.", en: "This speed is not available at this address." },
  boxes_need_tv: { fr: "Les décodeurs vont avec un forfait télé.", en: "TV boxes go with a TV package." },
  boxes_out_of_range: { fr: "De 1 à 6 décodeurs.", en: "1 to 6 TV boxes." },
  commitment_unknown: { fr: "L'engagement est de 0, 24 ou 36 mois.", en: "The commitment is 0, 24 or 36 months." },
  discount_for_agents: { fr: "Ce rabais est accordé par un agent.", en: "This discount is given by an agent." },
  customer_for_agents: { fr: "Seul un agent peut choisir un client existant.", en: "Only an agent can pick an existing customer." },
  unknown_customer: { fr: "Ce client n'existe pas.", en: "This customer does not exist." },
  method_for_agents: { fr: "Ce mode de paiement est réservé aux agents.", en: "This payment method is for agents." },
  phone_details_required: { fr: "Précisez les renseignements téléphoniques.", en: "Give the phone details." },
  phone_details_without_line: { fr: "Il n'y a pas de ligne téléphonique dans cette commande.", en: "There is no phone line in this order." },
  e911_not_accepted: { fr: "Acceptez les conditions du service 911 pour avoir une ligne.", en: "Accept the 911 terms to have a line." },
  terms_not_accepted: { fr: "Acceptez les conditions pour commander.", en: "Accept the terms to order." },
  consents_required: { fr: "Les consentements sont requis.", en: "Consents are required." },
  expected_required: { fr: "Le prix affiché doit accompagner la commande.", en: "The displayed price must come with the order." },
  date_weekend: { fr: "Nous n'installons pas la fin de semaine.", en: "We do not install on weekends." },
  date_past: { fr: "Cette date est passée.", en: "This date has passed." },
  date_too_soon: { fr: "Cette date est trop rapprochée.", en: "This date is too soon." },
  date_holiday: { fr: "Cette date est un jour férié.", en: "This date is a holiday." },
  date_full: { fr: "Cette journée vient de se remplir. Choisissez-en une autre.", en: "This day has just filled up. Choose another." },
  date_not_offered: { fr: "Cette date n'est pas offerte.", en: "This date is not offered." },
  dates_distinct: { fr: "Choisissez des dates différentes.", en: "Choose different dates." },
  dates_three: { fr: "Choisissez trois dates.", en: "Choose three dates." },
  dates_not_for_on_request: {
    fr: "Le raccordement est à construire: nous vous appelons pour la date.",
    en: "The drop has yet to be built: we will call you about the date.",
  },
} as const satisfies Record<string, Bilingual>;
export type FieldReason = keyof typeof FIELD_REASONS;

export const fieldProblem = z.object({
  /** Path in the request, `services.0.sku`. */
  field: z.string(),
  reason: z.string(),
  message: bilingual,
});
export type FieldProblem = z.infer<typeof fieldProblem>;

export const problem = z.object({
  type: z.string(),
  status: z.int(),
  reason: z.string(),
  message: bilingual,
  /** One for each field to correct. */
  fields: z.array(fieldProblem).optional(),
  /** What the reason needs to be acted on: a new price, the order that exists. */
  details: z.record(z.string(), z.unknown()).optional(),
  request_id: z.string().optional(),
});
export type Problem = z.infer<typeof problem>;

export function problemOf(reason: ReasonName, more: Pick<Problem, "fields" | "details" | "request_id"> = {}): Problem {
  const { status, message } = REASONS[reason];
  return { type: `/problems/${reason}`, status, reason, message, ...more };
}

export function fieldProblemOf(field: string, reason: FieldReason): FieldProblem {
  return { field, reason, message: FIELD_REASONS[reason] };
}

const isFieldReason = (text: string): text is FieldReason => text in FIELD_REASONS;

/** A schema's complaints, one problem a field. A schema names its own reason by using it as the message. */
export function fieldProblemsOf(error: z.ZodError): FieldProblem[] {
  return error.issues.flatMap((issue): FieldProblem[] => {
    const field = issue.path.join(".");
    if (isFieldReason(issue.message)) return [fieldProblemOf(field, issue.message)];
    switch (issue.code) {
      case "unrecognized_keys":
        return issue.keys.map((key) => fieldProblemOf([...issue.path, key].join("."), "unknown_field"));
      case "too_big":
        return [fieldProblemOf(field, issue.origin === "string" ? "too_long" : "invalid")];
      case "invalid_type":
        return [fieldProblemOf(field, issue.input === undefined ? "required" : "invalid")];
      default:
        return [fieldProblemOf(field, "invalid")];
    }
  });
}
