import type { FindKind } from "@gigafibre/contracts/find";
import type { Bilingual } from "@gigafibre/contracts/language";

export const texts = {
  fr: {
    find: "Trouver",
    placeholder: "Nom, téléphone, adresse, facture, série, MAC…",
    recent: "Récents",
    pinned: "Épinglés",
    hint: "Écrivez au moins deux lettres ou chiffres.",
    nothing: (text: string) => `Rien ne correspond à « ${text} ». Essayez un autre mot, ou les derniers chiffres.`,
    retry: "Réessayer",
    pin: (title: string) => `Épingler ${title}`,
    unpin: (title: string) => `Détacher ${title}`,
    results: (count: number) => (count === 1 ? "1 résultat" : `${count} résultats`),
    move: "se déplacer",
    open: "ouvrir",
    pin_key: "épingler",
  },
  en: {
    find: "Find",
    placeholder: "Name, phone, address, invoice, serial, MAC…",
    recent: "Recent",
    pinned: "Pinned",
    hint: "Type at least two letters or digits.",
    nothing: (text: string) => `Nothing matches “${text}”. Try another word, or the last digits.`,
    retry: "Try again",
    pin: (title: string) => `Pin ${title}`,
    unpin: (title: string) => `Unpin ${title}`,
    results: (count: number) => (count === 1 ? "1 result" : `${count} results`),
    move: "move",
    open: "open",
    pin_key: "pin",
  },
};

export const KINDS: Readonly<Record<FindKind, Bilingual>> = {
  customer: { fr: "Clients", en: "Customers" },
  location: { fr: "Adresses de service", en: "Service locations" },
  equipment: { fr: "Équipements", en: "Equipment" },
  invoice: { fr: "Factures", en: "Invoices" },
  job: { fr: "Visites", en: "Visits" },
  issue: { fr: "Billets", en: "Tickets" },
  lead: { fr: "Pistes", en: "Leads" },
  order: { fr: "Commandes", en: "Orders" },
  subscription: { fr: "Abonnements", en: "Subscriptions" },
};
