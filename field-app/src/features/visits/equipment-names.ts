import type { EquipmentType } from "@gigafibre/contracts/labels";
import type { Language } from "@gigafibre/contracts/language";

export const equipmentNames: Readonly<Record<Language, Readonly<Record<EquipmentType, string>>>> = {
  fr: { ONT: "ONT", Routeur: "Routeur", "Décodeur TV": "Décodeur TV", "Téléphone IP": "Téléphone" },
  en: { ONT: "ONT", Routeur: "Router", "Décodeur TV": "TV box", "Téléphone IP": "Telephone" },
};
