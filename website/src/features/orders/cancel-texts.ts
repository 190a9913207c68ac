const fr = {
  cancel: "Annuler ma commande",
  question: "Annuler cette commande?",
  visit: "La visite d'installation est annulée.",
  refund: (sum: string) => `Nous vous remboursons ${sum}.`,
  nothing: "Rien n'a été débité et rien ne le sera.",
  card: "Votre carte est effacée de nos dossiers.",
  port: "La place gardée pour vous est rendue à quelqu'un d'autre.",
  confirm: "Oui, annuler",
  busy: "Nous annulons…",
  keep: "Non, je la garde",
  underWay: "C'est noté: l'annulation suit son cours. Un courriel la confirmera.",
};

const en: typeof fr = {
  cancel: "Cancel my order",
  question: "Cancel this order?",
  visit: "The installation visit is cancelled.",
  refund: (sum) => `We refund you ${sum}.`,
  nothing: "Nothing was charged and nothing will be.",
  card: "Your card is erased from our files.",
  port: "The connection reserved for you goes to somebody else.",
  confirm: "Yes, cancel",
  busy: "Cancelling…",
  keep: "No, keep it",
  underWay: "Noted: the cancellation is under way. An e-mail will confirm it.",
};

export const texts = { fr, en };
