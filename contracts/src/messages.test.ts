import { expect, it } from "vitest";
import { isYes, wishOf } from "./messages.ts";

it("takes STOP, ARRET and ARRÊT as the wish for no more SMS, however they are written", () => {
  for (const text of ["STOP", "stop", " Stop. ", "ARRET", "Arrêt", "arrêt!", "ARRE\u0302T", "Arrêtez"]) expect([text, wishOf(text)]).toEqual([text, "stop"]);
});

it("takes START as the wish to have them again", () => {
  for (const text of ["START", "start ", "Reprendre"]) expect([text, wishOf(text)]).toEqual([text, "start"]);
});

it("takes a sentence for a sentence", () => {
  for (const text of ["Arrêtez-vous chez le voisin", "please stop by at 3", "can we start at 9?", "", "👍"]) expect([text, wishOf(text)]).toEqual([text, null]);
});

it("takes OUI and YES for a yes, and nothing that says more", () => {
  for (const text of ["OUI", "oui!", "Yes", " o ", "D'accord", "Confirmé"]) expect([text, isYes(text)]).toEqual([text, true]);
  for (const text of ["oui mais plus tard", "non", "", "Oui, à 10 h?"]) expect([text, isYes(text)]).toEqual([text, false]);
});
