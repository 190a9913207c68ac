export const texts = {
  fr: {
    map: "Carte",
    drawing: "Plan: les flèches le déplacent, + et − l'agrandissent",
    no_map: "La carte ne peut pas être dessinée ici: ce navigateur n'a pas WebGL. Tout le reste fonctionne.",
    at_work: (name: string) => `${name}, maintenant`,
    several: (count: number, labels: string) => `${count} ici: ${labels}`,
    zoom_in: "Agrandir",
    zoom_out: "Réduire",
  },
  en: {
    map: "Map",
    drawing: "Plan: arrows move it, + and − zoom",
    no_map: "The map cannot be drawn here: this browser has no WebGL. Everything else works.",
    at_work: (name: string) => `${name}, now`,
    several: (count: number, labels: string) => `${count} here: ${labels}`,
    zoom_in: "Zoom in",
    zoom_out: "Zoom out",
  },
};
