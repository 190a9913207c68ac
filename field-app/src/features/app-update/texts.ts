export const texts = {
  fr: {
    ready: "Une nouvelle version de l'application est prête.",
    waits: "Elle sera proposée quand tout sera envoyé.",
    update: "Mettre à jour",
    elsewhere: "L'application a été mise à jour dans un autre onglet. Rouvrez celui-ci quand vous aurez fini.",
    reopen: "Rouvrir",
    install: "Installez d'abord l'application",
    why: "Sur un iPhone ou un iPad, l'application installée et l'onglet du navigateur ne partagent pas ce qu'ils gardent. Installée, elle garde vos visites sans réseau.",
    steps: ["Touchez Partager, en bas de Safari.", "Choisissez « Sur l'écran d'accueil ».", "Ouvrez Gigafibre de l'écran d'accueil, puis connectez-vous."],
    stay: "Continuer dans le navigateur",
  },
  en: {
    ready: "A new version of the app is ready.",
    waits: "It will be offered once everything is sent.",
    update: "Update",
    elsewhere: "The app was updated in another tab. Open this one again when you are done.",
    reopen: "Open again",
    install: "Install the app first",
    why: "On an iPhone or iPad, the installed app and the browser's tab do not share what they keep. Installed, it keeps your visits without a network.",
    steps: ["Tap Share, at the bottom of Safari.", "Choose “Add to Home Screen”.", "Open Gigafibre from the home screen, then sign in."],
    stay: "Go on in the browser",
  },
};
