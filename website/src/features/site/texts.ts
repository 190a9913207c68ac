const fr = {
  skip: "Aller au contenu",
  home: "Gigafibre, accueil",
  otherLanguage: "English",
  otherLanguageCode: "en-CA",
  callUs: (number: string) => `Appelez-nous: ${number}`,
  about: "Internet par fibre optique, télé et téléphone à la campagne. Un service du Québec, pour les rangs et les villages.",
  terms: "Conditions et vie privée",
  questions: "Une question?",
  missingTitle: "Cette page n'existe pas",
  missingText: "Le chemin s'arrête ici. L'adresse de la page a peut-être changé, ou il y manque une lettre.",
  missingAction: "Chercher mon adresse",
};

const en: typeof fr = {
  skip: "Skip to content",
  home: "Gigafibre, home",
  otherLanguage: "Français",
  otherLanguageCode: "fr-CA",
  callUs: (number) => `Call us: ${number}`,
  about: "Fibre internet, TV and phone in the country. A Quebec service, for back roads and villages.",
  terms: "Terms and privacy",
  questions: "A question?",
  missingTitle: "This page does not exist",
  missingText: "The road ends here. The page may have moved, or a letter is missing in its address.",
  missingAction: "Look up my address",
};

export const texts = { fr, en };
