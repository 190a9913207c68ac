interface Part {
  readonly id: string;
  readonly title: string;
  readonly text: readonly string[];
}

const frParts: readonly Part[] = [
  {
    id: "paiement",
    title: "Quand vous payez",
    text: [
      "Rien le jour de la commande. Votre carte est vérifiée et gardée par Stripe; nous n'en voyons jamais le numéro.",
      "Elle est débitée seulement après la complétion de l'installation à votre satisfaction. Le premier mois est calculé au jour près, de ce jour-là jusqu'à la facturation suivante; ensuite, une facture par mois.",
      "Les prix sont ceux que vous avez vus en commandant, avant taxes; la TPS (5 %) et la TVQ (9,975 %) s'y ajoutent et sont montrées à part. Si un prix change entre le moment où vous le voyez et celui où vous commandez, nous vous demandons d'abord.",
    ],
  },
  {
    id: "annulation",
    title: "Annuler",
    text: [
      "Vous pouvez annuler sans frais tant que l'installation n'est pas complétée. Un appel suffit.",
      "Sans engagement, vous pouvez ensuite partir quand vous voulez. Avec un engagement de 24 ou 36 mois, le rabais mensuel tient pour toute la durée que vous avez choisie.",
      "La Loi sur la protection du consommateur s'applique; rien ici ne retire un droit qu'elle vous donne.",
    ],
  },
  {
    id: "installation",
    title: "L'installation",
    text: [
      "Un technicien vient à l'une des dates que vous proposez, que nous confirmons. Quelqu'un d'au moins 18 ans doit être présent.",
      "Si le raccordement reste à construire, nous vous le disons avant la commande, et la date se fixe avec vous une fois la construction faite.",
    ],
  },
  {
    id: "911",
    title: "Le service 911 par Internet",
    text: [
      "Le 911 par la fibre diffère de celui d'une ligne ordinaire. Il ne marche pas pendant une panne de courant, d'Internet ou d'équipement: gardez un cellulaire à portée.",
      "Les secours sont envoyés à l'adresse de service inscrite à votre commande. Si vous déplacez l'appareil, dites-le-nous avant; d'ici là, donnez votre adresse au téléphoniste et ne raccrochez pas.",
      "Dites-le à ceux qui vivent chez vous et à vos invités.",
    ],
  },
  {
    id: "vie-privee",
    title: "Vos renseignements",
    text: [
      "Nous recueillons votre nom, votre courriel, votre téléphone et votre adresse pour vous brancher, vous facturer et vous répondre. Rien d'autre sans votre accord, et nous ne les vendons à personne.",
      "Y ont accès: notre équipe, Stripe pour la carte, et les services qui acheminent nos courriels et nos textos, chacun pour sa part seulement.",
      "Avant que vous commandiez, ce que vous remplissez reste dans votre navigateur; « Recommencer à zéro » l'efface. Ce site ne contient ni publicité ni pistage.",
      "Selon la Loi 25, vous pouvez demander une copie de vos renseignements, les faire corriger ou effacer, et retirer un accord à tout moment. Appelez-nous et demandez la personne responsable des renseignements personnels; en cas de désaccord, la Commission d'accès à l'information du Québec peut vous entendre.",
    ],
  },
];

const enParts: readonly Part[] = [
  {
    id: "paiement",
    title: "When you pay",
    text: [
      "Nothing on the day you order. Stripe checks your card and keeps it; we never see its number.",
      "It is charged only after the installation is finished to your satisfaction. The first month is counted to the day, from that day to the next billing date; after that, one invoice a month.",
      "Prices are the ones you saw when ordering, before tax; GST (5%) and QST (9.975%) are added and shown apart. If a price changes between the moment you see it and the moment you order, we ask you first.",
    ],
  },
  {
    id: "annulation",
    title: "Cancelling",
    text: [
      "You can cancel at no cost until the installation is finished. One call is enough.",
      "Without a commitment, you may leave whenever you like after that. With a 24 or 36-month commitment, the monthly discount holds for the whole time you chose.",
      "Quebec's Consumer Protection Act applies; nothing here takes away a right it gives you.",
    ],
  },
  {
    id: "installation",
    title: "The installation",
    text: [
      "A technician comes on one of the dates you suggest, which we confirm. Someone 18 or older must be there.",
      "If your connection has yet to be built, we say so before you order, and set the date with you once it is built.",
    ],
  },
  {
    id: "911",
    title: "911 service over internet",
    text: [
      "911 over fibre is not the same as on an ordinary line. It does not work during a power, internet or equipment failure: keep a cell phone at hand.",
      "Help is sent to the service address on your order. If you move the phone, tell us first; until then, give the operator your address and do not hang up.",
      "Tell the people who live with you, and your guests.",
    ],
  },
  {
    id: "vie-privee",
    title: "Your information",
    text: [
      "We collect your name, e-mail, phone and address to connect you, bill you and answer you. Nothing else without your agreement, and we sell it to no one.",
      "Who sees it: our team, Stripe for the card, and the services that carry our e-mails and text messages, each for its own part only.",
      "Until you order, what you fill in stays in your browser; “Start over” erases it. This site carries no advertising and no tracking.",
      "Under Quebec's Law 25 you may ask for a copy of your information, have it corrected or erased, and withdraw an agreement at any time. Call us and ask for the person in charge of personal information; if we disagree, the Commission d'accès à l'information du Québec can hear you.",
    ],
  },
];

export const texts = {
  fr: { title: "Conditions et vie privée", intro: "Court et complet: ce à quoi vous pouvez vous attendre de nous, et nous de vous.", parts: frParts, version: (version: string) => `Version ${version}` },
  en: { title: "Terms and privacy", intro: "Short and complete: what you can expect of us, and we of you.", parts: enParts, version: (version: string) => `Version ${version}` },
};
