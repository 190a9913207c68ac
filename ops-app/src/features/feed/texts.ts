import type { EventKind, LiveEvent } from "@gigafibre/contracts/events";
import type { Bilingual } from "@gigafibre/contracts/language";

export const texts = {
  fr: {
    feed: "Fil",
    live: "En direct",
    lost: "Connexion perdue: ce qui manque viendra au retour",
    filter: "Filtrer",
    empty: "Rien de nouveau ici pour l'instant. Ce qui arrive s'ajoute en haut.",
    see: "Voir",
  },
  en: {
    feed: "Feed",
    live: "Live",
    lost: "Connection lost: what is missing will come when it is back",
    filter: "Filter",
    empty: "Nothing new here for now. What comes is added at the top.",
    see: "See",
  },
};

/** What events are about: documents of ERPNext's, and what is the hub's own. */
export const DOCTYPES: Readonly<Record<string, Bilingual>> = {
  Customer: { fr: "Client", en: "Customer" },
  Contact: { fr: "Contact", en: "Contact" },
  Address: { fr: "Adresse", en: "Address" },
  "Service Location": { fr: "Lieu de service", en: "Service location" },
  "Service Subscription": { fr: "Abonnement", en: "Subscription" },
  "Service Equipment": { fr: "Équipement", en: "Equipment" },
  "Dispatch Job": { fr: "Visite", en: "Visit" },
  Project: { fr: "Projet", en: "Project" },
  Task: { fr: "Tâche", en: "Task" },
  Issue: { fr: "Billet", en: "Ticket" },
  Lead: { fr: "Piste", en: "Lead" },
  Item: { fr: "Article", en: "Item" },
  "Item Price": { fr: "Prix", en: "Price" },
  Technician: { fr: "Technicien", en: "Technician" },
  "Holiday List": { fr: "Jours fériés", en: "Holidays" },
  "Gigafibre Settings": { fr: "Réglages", en: "Settings" },
  "Sales Invoice": { fr: "Facture", en: "Invoice" },
  "Payment Entry": { fr: "Paiement", en: "Payment" },
  "Document Rename": { fr: "Changement de nom", en: "Renaming" },
  Order: { fr: "Commande", en: "Order" },
  Outbox: { fr: "Message", en: "Message" },
  Device: { fr: "Appareil", en: "Device" },
  "Inbound Message": { fr: "SMS d'un inconnu", en: "SMS from somebody unknown" },
};
export const doctypeSaid = (doctype: string): Bilingual => DOCTYPES[doctype] ?? { fr: doctype, en: doctype };

export const FILTERS = {
  news: { fr: "Nouvelles", en: "News" },
  someone: { fr: "Attend quelqu'un", en: "Needs someone" },
  order: { fr: "Commandes", en: "Orders" },
  visit: { fr: "Visites", en: "Visits" },
  payment: { fr: "Paiements", en: "Payments" },
  device: { fr: "Appareils", en: "Devices" },
  message: { fr: "Messages", en: "Messages" },
  document: { fr: "Documents", en: "Documents" },
  all: { fr: "Tout", en: "All" },
} as const satisfies Record<string, Bilingual>;
export type Filter = keyof typeof FILTERS;

interface Said {
  readonly says: Bilingual;
  readonly filter: Exclude<Filter, "news" | "all" | "someone">;
  /** Someone has to do something about it. */
  readonly someone?: true;
}

export const SAID = {
  "order.received": { says: { fr: "Commande reçue", en: "Order received" }, filter: "order" },
  "order.created": { says: { fr: "Commande créée", en: "Order created" }, filter: "order" },
  "order.scheduled": { says: { fr: "Installation planifiée", en: "Installation scheduled" }, filter: "order" },
  "order.en_route": { says: { fr: "Technicien en route", en: "Technician on the way" }, filter: "order" },
  "order.in_progress": { says: { fr: "Installation commencée", en: "Installation begun" }, filter: "order" },
  "order.awaiting_proof": { says: { fr: "En attente d'une preuve de service", en: "Awaiting proof of service" }, filter: "order" },
  "order.unproven": { says: { fr: "Toujours sans preuve de service", en: "Still no proof of service" }, filter: "order", someone: true },
  "order.live": { says: { fr: "Service en fonction", en: "Service is live" }, filter: "order" },
  "order.needs_attention": { says: { fr: "Commande à traiter", en: "Order needs attention" }, filter: "order", someone: true },
  "order.retried": { says: { fr: "Commande relancée", en: "Order tried again" }, filter: "order" },
  "order.cancelled": { says: { fr: "Commande annulée", en: "Order cancelled" }, filter: "order" },
  "lead.created": { says: { fr: "Nouvelle piste", en: "New lead" }, filter: "order" },
  "document.changed": { says: { fr: "Modifié", en: "Changed" }, filter: "document" },
  "document.renamed": { says: { fr: "Renommé", en: "Renamed" }, filter: "document" },
  "document.deleted": { says: { fr: "Supprimé", en: "Deleted" }, filter: "document" },
  "visit.changed": { says: { fr: "Visite mise à jour", en: "Visit updated" }, filter: "visit" },
  "visit.kept_for_dispatch": { says: { fr: "Action d'un technicien à traiter", en: "A technician's action to look at" }, filter: "visit", someone: true },
  "visit.held": { says: { fr: "Visite en déplacement", en: "Visit being moved" }, filter: "document" },
  "visit.confirmed": { says: { fr: "Date confirmée par le client", en: "Date confirmed by the customer" }, filter: "visit" },
  "port.activation": { says: { fr: "Activation d'un port", en: "Port activation" }, filter: "device", someone: true },
  "outbox.dead": { says: { fr: "Message qui n'a pas pu partir", en: "Message that could not leave" }, filter: "message", someone: true },
  "outbox.handled": { says: { fr: "Message repris", en: "Message dealt with" }, filter: "message" },
  "payment.received": { says: { fr: "Paiement reçu", en: "Payment received" }, filter: "payment" },
  "payment.retried": { says: { fr: "Prélèvement relancé", en: "Charge tried again" }, filter: "payment" },
  "payment.settled": { says: { fr: "Facture réglée sans la carte", en: "Invoice settled without the card" }, filter: "payment" },
  "payment.held": { says: { fr: "Prélèvement retenu", en: "Charge held" }, filter: "payment", someone: true },
  "payment.declined": { says: { fr: "Carte refusée", en: "Card declined" }, filter: "payment", someone: true },
  "payment.refunded": { says: { fr: "Remboursement fait", en: "Refund made" }, filter: "payment" },
  "payment.disputed": { says: { fr: "Paiement contesté", en: "Payment disputed" }, filter: "payment", someone: true },
  "device.online": { says: { fr: "Appareil en ligne", en: "Device online" }, filter: "device" },
  "device.offline": { says: { fr: "Appareil hors ligne", en: "Device offline" }, filter: "device" },
  "device.unknown": { says: { fr: "Appareil inconnu", en: "Unknown device" }, filter: "device" },
  "device.matched": { says: { fr: "Appareil reconnu", en: "Device recognised" }, filter: "device" },
  "device.outage": { says: { fr: "Panne de plusieurs appareils", en: "Outage of many devices" }, filter: "device", someone: true },
  "message.received": { says: { fr: "SMS reçu", en: "SMS received" }, filter: "message", someone: true },
  "message.handled": { says: { fr: "SMS répondu ou mis de côté", en: "SMS answered or set aside" }, filter: "message" },
  "message.failed": { says: { fr: "Message non livré", en: "Message not delivered" }, filter: "message", someone: true },
  "message.delivered": { says: { fr: "Message livré", en: "Message delivered" }, filter: "message" },
} as const satisfies Record<EventKind, Said>;

export const saidOf = (kind: EventKind): Said => SAID[kind];
/** Each save of a document is an event: news is what happened. */
export const isNews = ({ kind }: LiveEvent): boolean => saidOf(kind).filter !== "document";
