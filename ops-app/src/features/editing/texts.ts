import type { Bilingual } from "@gigafibre/contracts/language";
import type { Refusal } from "../../refusal.ts";

export const texts = {
  fr: {
    edit: (label: string, shown: string) => `${label}: ${shown}. Modifier`,
    add: (label: string, what: string) => `${label}: ${what}`,
    empty: "Ajouter",
    saved: (label: string) => `${label}: enregistré`,
    undo: "Annuler",
    undone: (label: string) => `${label}: remis comme avant`,
    undo_clash: (label: string) => `${label}: quelqu'un l'a changé depuis. Rien n'a été annulé.`,
    undo_last: "Annuler la dernière modification",
    saving: "Enregistrement…",
    kept: (typed: string) => `Non enregistré: « ${typed} »`,
    go_on: "Reprendre",
    let_go: "Jeter",
    clash: (who: string, theirs: string) => `${who} a écrit « ${theirs || "vide"} » pendant que vous écriviez.`,
    somebody: "Quelqu'un",
    mine: (typed: string) => `Garder « ${typed || "vide"} »`,
    theirs: (held: string) => `Prendre « ${held || "vide"} »`,
    changed_meanwhile: (shown: string) => `Vient d'être changé: « ${shown || "vide"} ». Votre choix sera demandé.`,
    searching: "Recherche…",
    none_found: "Rien de ce nom.",
    required: "obligatoire",
  },
  en: {
    edit: (label: string, shown: string) => `${label}: ${shown}. Edit`,
    add: (label: string, what: string) => `${label}: ${what}`,
    empty: "Add",
    saved: (label: string) => `${label}: saved`,
    undo: "Undo",
    undone: (label: string) => `${label}: put back as it was`,
    undo_clash: (label: string) => `${label}: somebody changed it since. Nothing was undone.`,
    undo_last: "Undo the last change",
    saving: "Saving…",
    kept: (typed: string) => `Not saved: “${typed}”`,
    go_on: "Go on",
    let_go: "Discard",
    clash: (who: string, theirs: string) => `${who} wrote “${theirs || "empty"}” while you were writing.`,
    somebody: "Somebody",
    mine: (typed: string) => `Keep “${typed || "empty"}”`,
    theirs: (held: string) => `Take “${held || "empty"}”`,
    changed_meanwhile: (shown: string) => `Has just been changed: “${shown || "empty"}”. You will be asked which stays.`,
    searching: "Searching…",
    none_found: "Nothing by that name.",
    required: "required",
  },
};

/** What ERPNext refuses in words of its own, of its own fields' names. */
const REFUSED: Readonly<Record<string, Bilingual>> = {
  MandatoryError: { fr: "Ce champ ne peut pas rester vide.", en: "This field cannot be left empty." },
  UniqueValidationError: { fr: "Un autre document a déjà cette valeur.", en: "Another document already has this value." },
  DuplicateEntryError: { fr: "Un autre document a déjà cette valeur.", en: "Another document already has this value." },
  LinkValidationError: { fr: "Il n'y a pas de document de ce nom. Choisissez dans la liste.", en: "There is no document by that name. Choose from the list." },
  PermissionError: { fr: "Votre rôle ne permet pas de changer ceci. Ce que vous avez écrit est encore là.", en: "Your role does not allow changing this. What you typed is still here." },
  DoesNotExistError: { fr: "Ce document n'existe plus. Ce que vous avez écrit est encore là.", en: "This document does not exist any more. What you typed is still here." },
  UpdateAfterSubmitError: { fr: "Ce document est soumis: ceci ne se change plus.", en: "This document is submitted: this cannot be changed any more." },
};

/** Why it was not taken, at the field. */
export const refusedAtField = ({ reason, said }: Refusal): Bilingual => REFUSED[reason] ?? said;
