import type { Bilingual } from "@gigafibre/contracts/language";
import type { Delivery } from "@gigafibre/contracts/messages";
import type { ThreadKind } from "@gigafibre/contracts/customer-360";

export const threadTexts = {
  fr: {
    thread: "Historique",
    newest_first: "Du plus récent au plus ancien",
    filter: "Filtrer l'historique",
    all: "Tout",
    empty: "Rien encore ici.",
    more: "Plus ancien",
    whole: "Tout lire",
    less: "Replier",
    write: "Écrire",
    write_here: "Écrire une note ou un SMS",
    note: "Note",
    sms: "SMS",
    note_box: "Note pour l'équipe",
    sms_box: "SMS au client",
    to: "À",
    stopped: "(ne veut plus de SMS)",
    no_number: "Aucun numéro où écrire: ajoutez un téléphone au contact.",
    keep_note: "Garder la note",
    send: "Envoyer",
    left: (count: number) => `${count} caractères restants`,
    kept_draft: "Brouillon gardé",
    from: (who: string) => `de ${who}`,
    towards: (who: string) => `à ${who}`,
    technician: (who: string) => `avec ${who}`,
    nothing_before: "vide",
    went_wrong: "La suite n'est pas venue.",
    retry: "Réessayer",
  },
  en: {
    thread: "History",
    newest_first: "Newest first",
    filter: "Filter the history",
    all: "All",
    empty: "Nothing here yet.",
    more: "Older",
    whole: "Read all",
    less: "Fold",
    write: "Write",
    write_here: "Write a note or an SMS",
    note: "Note",
    sms: "SMS",
    note_box: "Note for the team",
    sms_box: "SMS to the customer",
    to: "To",
    stopped: "(wants no more SMS)",
    no_number: "No number to write to: add a phone to the contact.",
    keep_note: "Keep the note",
    send: "Send",
    left: (count: number) => `${count} characters left`,
    kept_draft: "Draft kept",
    from: (who: string) => `from ${who}`,
    towards: (who: string) => `to ${who}`,
    technician: (who: string) => `with ${who}`,
    nothing_before: "empty",
    went_wrong: "The rest did not come.",
    retry: "Try again",
  },
};

export const KIND_NAMES: Readonly<Record<ThreadKind, Bilingual>> = {
  issue: { fr: "Billets", en: "Tickets" },
  job: { fr: "Visites", en: "Visits" },
  message: { fr: "Messages", en: "Messages" },
  comment: { fr: "Notes", en: "Notes" },
  change: { fr: "Changements", en: "Changes" },
};

export const DELIVERIES: Readonly<Record<Delivery, { readonly says: Bilingual; readonly pill: string }>> = {
  waiting: { says: { fr: "Part bientôt", en: "Leaving soon" }, pill: "" },
  sent: { says: { fr: "Envoyé", en: "Sent" }, pill: "" },
  delivered: { says: { fr: "Livré", en: "Delivered" }, pill: "pill-good" },
  failed: { says: { fr: "Non livré", en: "Not delivered" }, pill: "pill-bad" },
  refused: { says: { fr: "Refusé: ne veut plus de SMS", en: "Refused: wants no more SMS" }, pill: "pill-warn" },
  expired: { says: { fr: "Expiré", en: "Expired" }, pill: "pill-warn" },
  received: { says: { fr: "Reçu", en: "Received" }, pill: "pill-info" },
};

/** What ERPNext calls the state of tickets and visits, and the sorts of visits. */
export const SAID_STATES: Readonly<Record<string, Bilingual>> = {
  Open: { fr: "Ouvert", en: "Open" },
  Replied: { fr: "Répondu", en: "Replied" },
  "On Hold": { fr: "En attente", en: "On hold" },
  Resolved: { fr: "Résolu", en: "Resolved" },
  Closed: { fr: "Fermé", en: "Closed" },
  Scheduled: { fr: "Planifiée", en: "Scheduled" },
  "En Route": { fr: "En route", en: "On the way" },
  "In Progress": { fr: "En cours", en: "In progress" },
  Completed: { fr: "Terminée", en: "Completed" },
  Cancelled: { fr: "Annulée", en: "Cancelled" },
  Installation: { fr: "Installation", en: "Installation" },
  Repair: { fr: "Réparation", en: "Repair" },
  Retrieval: { fr: "Récupération", en: "Retrieval" },
};
/** A visit that nobody has planned. */
export const TO_PLAN: Bilingual = { fr: "À planifier", en: "To be scheduled" };
