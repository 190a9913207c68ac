const fr = {
  name: "Votre nom",
  email: "Courriel",
  phone: "Téléphone",
  either: "Un courriel ou un téléphone suffit.",
  optional: "facultatif",
  movingMessage: "Date d'arrivée, ou autre détail utile",
  mistakeMessage: "Ce que vous voyez sur place",
  notifyAction: "M'aviser",
  sendAction: "Envoyer",
  sending: "Envoi…",
  notifyThanks: "C'est noté. Nous vous aviserons dès que la fibre arrive à cette adresse.",
  sentThanks: "C'est reçu. Nous communiquons avec vous sous peu.",
  retry: "Réessayer",
  failedHint: "Ce que vous avez écrit est encore là.",
};

const en: typeof fr = {
  name: "Your name",
  email: "E-mail",
  phone: "Phone",
  either: "An e-mail or a phone number is enough.",
  optional: "optional",
  movingMessage: "Moving date, or anything useful",
  mistakeMessage: "What you see at the address",
  notifyAction: "Let me know",
  sendAction: "Send",
  sending: "Sending…",
  notifyThanks: "Noted. We will let you know as soon as fibre reaches this address.",
  sentThanks: "Received. We will be in touch shortly.",
  retry: "Try again",
  failedHint: "What you wrote is still here.",
};

export const texts = { fr, en };
