/** What a comparison of hub, ERPNext and Stripe found, and what became of it, for people. */
import type { Bilingual } from "@gigafibre/contracts/language";

/** `mended`: certain, and done (or to be done). `held_back`: safe as it is; a person may press retry. `decide`: a person has to say. */
export type Outcome = "mended" | "held_back" | "decide";

export interface Finding {
  readonly kind: FindingKind;
  /** An order, a message's key, a payment: never a person. */
  readonly subject: string;
  readonly outcome: Outcome;
  readonly text: Bilingual;
  /** What a person can do about it. */
  readonly choice?: Bilingual;
}

interface Kind {
  readonly outcome: Outcome;
  readonly text: (subject: string, fact: string) => Bilingual;
  readonly choice?: Bilingual;
}

const ATTENTION: Bilingual = {
  fr: "Corrigez la cause dans ERPNext, puis relancez la commande (POST /api/orders/{id}/retry).",
  en: "Mend the cause in ERPNext, then retry the order (POST /api/orders/{id}/retry).",
};

const KINDS = {
  order_rebuilt: {
    outcome: "mended",
    text: (id, fact) => ({ fr: `commande ${id}: PostgreSQL l'avait oubliée; rebâtie d'après ses documents (${fact})`, en: `order ${id}: PostgreSQL had forgotten it; rebuilt from its documents (${fact})` }),
  },
  order_noted: {
    outcome: "mended",
    text: (id) => ({ fr: `commande ${id}: ses documents sont dans ERPNext; noté ici`, en: `order ${id}: its documents stand in ERPNext; noted here` }),
  },
  order_redriven: {
    outcome: "mended",
    text: (id, fact) => ({ fr: `commande ${id}: ERPNext l'avait oubliée; récrite sous la même clé${fact}`, en: `order ${id}: ERPNext had forgotten it; written again under the same key${fact}` }),
  },
  order_refused: {
    outcome: "decide",
    text: (id, fact) => ({ fr: `commande ${id}: ERPNext ne la reprend pas: ${fact}`, en: `order ${id}: ERPNext does not take it again: ${fact}` }),
    choice: ATTENTION,
  },
  order_unreadable: {
    outcome: "decide",
    text: (id, fact) => ({ fr: `commande ${id}: elle est dans ERPNext, mais ne peut être rebâtie ici: ${fact}`, en: `order ${id}: it stands in ERPNext, but cannot be rebuilt here: ${fact}` }),
    choice: { fr: "Ses documents servent tels quels; sa page et ses messages manquent. Acceptez, ou corrigez et recommencez.", en: "Its documents serve as they are; its page and messages are missing. Accept, or mend and run again." },
  },
  order_without_steps: {
    outcome: "decide",
    text: (id) => ({ fr: `commande ${id}: ERPNext l'a perdue, et ses étapes ne sont pas ici (elle avait été rebâtie)`, en: `order ${id}: ERPNext lost it, and its steps are not here (it had been rebuilt)` }),
    choice: { fr: "Ressaisissez-la avec le client.", en: "Take it again with the customer." },
  },
  visit_lost: {
    outcome: "decide",
    text: (id, fact) => ({ fr: `commande ${id}: elle en était à « ${fact} »; ERPNext la tient maintenant pour nouvelle`, en: `order ${id}: it had come to “${fact}”; ERPNext now holds it as new` }),
    choice: { fr: "Planifiez de nouveau la visite, ou inscrivez l'installation faite.", en: "Schedule the visit again, or enter the installation that was done." },
  },
  activation_redriven: {
    outcome: "mended",
    text: (id, fact) => ({ fr: `service ${id}: ERPNext avait oublié qu'il est actif; récrit sous la même clé, au ${fact}`, en: `service ${id}: ERPNext had forgotten that it is live; written again under the same key, as of ${fact}` }),
  },
  activation_noted: {
    outcome: "mended",
    text: (id) => ({ fr: `service ${id}: actif dans ERPNext; noté ici`, en: `service ${id}: live in ERPNext; noted here` }),
  },
  activation_refused: {
    outcome: "decide",
    text: (id, fact) => ({ fr: `service ${id}: il était actif; ERPNext ne le reprend pas: ${fact}`, en: `service ${id}: it was live; ERPNext does not take it again: ${fact}` }),
    choice: { fr: "Corrigez la cause et enregistrez de nouveau la visite complétée: l'activation est reprise.", en: "Mend the cause and save the completed visit again: the activation is taken up." },
  },
  visit_completed: {
    outcome: "mended",
    text: (id) => ({ fr: `commande ${id}: sa visite était complétée; inscrite de nouveau comme telle`, en: `order ${id}: its visit had been completed; entered as such again` }),
  },
  visit_entries_lost: {
    outcome: "decide",
    text: (id, fact) => ({ fr: `commande ${id}: appareils balayés, signature et photos de la visite (${fact}) sont perdus`, en: `order ${id}: the visit's scanned devices, signature and photos (${fact}) are lost` }),
    choice: { fr: "Inscrivez de nouveau les appareils du lieu avec le technicien. Puis acceptez.", en: "Enter the place's devices again with the technician. Then accept." },
  },
  issue_written: {
    outcome: "mended",
    text: (id) => ({ fr: `commande ${id}: son Issue était perdue; récrite`, en: `order ${id}: its Issue was lost; written again` }),
  },
  checkout_lost: {
    outcome: "decide",
    text: (id, fact) => ({ fr: `carte ${id}: confirmée ${fact}, mais aucune commande connue ne s'en sert`, en: `card ${id}: confirmed ${fact}, but no order that is known uses it` }),
    choice: { fr: "Appelez la personne (nom et courriel dans Stripe): sa commande a pu être perdue. Sinon, acceptez.", en: "Call the person (name and e-mail at Stripe): their order may be lost. Otherwise accept." },
  },
  card_key_restored: {
    outcome: "mended",
    text: (id) => ({ fr: `carte ${id}: sa clé de commande est reprise de Stripe`, en: `card ${id}: its checkout key was taken back from Stripe` }),
  },
  port_reserved: {
    outcome: "mended",
    text: (id, fact) => ({ fr: `raccordement ${id}: paraissait libre; tenu pour ${fact}`, en: `drop ${id}: looked free; held for ${fact}` }),
  },
  port_conflict: {
    outcome: "decide",
    text: (id, fact) => ({ fr: `raccordement ${id}: ${fact}`, en: `drop ${id}: ${fact}` }),
    choice: { fr: "Dites à qui il revient: corrigez le Service Location, ou la fibre dans PostgreSQL.", en: "Say whose it is: mend the Service Location, or the fibre in PostgreSQL." },
  },
  message_found: {
    outcome: "mended",
    text: (id) => ({ fr: `message ${id}: Twilio l'a déjà; noté, ne repart pas`, en: `message ${id}: Twilio has it already; noted, not sent again` }),
  },
  message_held: {
    outcome: "held_back",
    text: (id, fact) => ({ fr: `message ${id}: retenu: ${fact}`, en: `message ${id}: held back: ${fact}` }),
    choice: { fr: "Pour l'envoyer quand même: POST /api/outbox/{clé}/retry.", en: "To send it all the same: POST /api/outbox/{key}/retry." },
  },
  payment_recorded: {
    outcome: "mended",
    text: (id, fact) => ({ fr: `paiement ${id}: Stripe l'a (${fact}); inscrit dans ERPNext`, en: `payment ${id}: Stripe has it (${fact}); entered in ERPNext` }),
  },
  payment_noted: {
    outcome: "mended",
    text: (id, fact) => ({ fr: `paiement ${id}: inscrit dans ERPNext (${fact}); noté ici`, en: `payment ${id}: entered in ERPNext (${fact}); noted here` }),
  },
  payment_unrecorded: {
    outcome: "decide",
    text: (id, fact) => ({ fr: `paiement ${id}: Stripe a l'argent, les livres ne l'ont pas: ${fact}`, en: `payment ${id}: Stripe has the money, the books do not: ${fact}` }),
    choice: { fr: "Faites l'écriture de paiement dans ERPNext, ou remboursez dans Stripe.", en: "Enter the payment in ERPNext, or refund it at Stripe." },
  },
  payment_differs: {
    outcome: "decide",
    text: (id, fact) => ({ fr: `écriture ${id}: son montant n'est pas celui de Stripe: ${fact}`, en: `entry ${id}: its amount is not Stripe's: ${fact}` }),
    choice: { fr: "Annulez l'écriture et refaites-la au montant de Stripe.", en: "Cancel the entry and make it again at Stripe's amount." },
  },
  refund_recorded: {
    outcome: "mended",
    text: (id, fact) => ({ fr: `remboursement ${id}: Stripe l'a fait (${fact}); inscrit dans ERPNext`, en: `refund ${id}: Stripe made it (${fact}); entered in ERPNext` }),
  },
  payment_unknown: {
    outcome: "decide",
    text: (id, fact) => ({ fr: `écriture ${id}: Stripe ne connaît pas ${fact}`, en: `entry ${id}: Stripe does not know ${fact}` }),
    choice: { fr: "Vérifiez la clé Stripe du hub, puis l'écriture.", en: "Check the hub's Stripe key, then the entry." },
  },
  refund_unrecorded: {
    outcome: "decide",
    text: (id, fact) => ({ fr: `remboursement ${id}: fait dans Stripe (${fact}), absent des livres`, en: `refund ${id}: made at Stripe (${fact}), missing from the books` }),
    choice: { fr: "Inscrivez-le dans ERPNext.", en: "Enter it in ERPNext." },
  },
  link_restored: {
    outcome: "mended",
    text: (id) => ({ fr: `commande ${id}: son lien de paiement fonctionne de nouveau`, en: `order ${id}: its payment link works again` }),
  },
  lead_noted: {
    outcome: "mended",
    text: (id) => ({ fr: `souhait ${id}: ERPNext l'a déjà; noté`, en: `wish ${id}: ERPNext has it already; noted` }),
  },
  lead_lost: {
    outcome: "decide",
    text: (id, fact) => ({ fr: `souhait ${id}: son Lead ${fact} est perdu, et ses mots ne sont plus ici`, en: `wish ${id}: its Lead ${fact} is lost, and its words are no longer here` }),
    choice: { fr: "Cherchez-le dans l'ancienne base avant de l'effacer. Sinon, acceptez.", en: "Look for it in the old database before that goes. Otherwise accept." },
  },
} as const satisfies Record<string, Kind>;

export type FindingKind = keyof typeof KINDS;

export function finding(kind: FindingKind, subject: string, fact = ""): Finding {
  const { outcome, text, choice }: Kind = KINDS[kind];
  return { kind, subject, outcome, text: text(subject, fact), ...(choice ? { choice } : {}) };
}
