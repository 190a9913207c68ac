/** Reasons that any request may meet. */
import type { Reason } from "./reason.ts";

export const REQUESTS = {
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
