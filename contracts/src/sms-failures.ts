/** Why an SMS did not arrive, in words: what Twilio's code means, and what to do instead. */
import type { Bilingual } from "./language.ts";

const STOPPED: Bilingual = { fr: "Ce numéro ne veut plus de SMS (STOP): appelez, ou écrivez un courriel.", en: "This number wants no more SMS (STOP): call, or write an e-mail." };
const BY_CODE: Readonly<Record<string, Bilingual>> = {
  "21211": { fr: "Ce numéro n'existe pas: corrigez-le, ou écrivez un courriel.", en: "This number does not exist: correct it, or write an e-mail." },
  "21610": STOPPED,
  "21612": { fr: "Twilio ne rejoint pas ce numéro d'ici: appelez.", en: "Twilio cannot reach this number from here: call." },
  "21614": { fr: "Ce n'est pas un cellulaire: appelez, ou écrivez un courriel.", en: "This is no mobile number: call, or write an e-mail." },
  "30001": { fr: "Trop de messages à la fois chez Twilio: renvoyez.", en: "Too many messages at once at Twilio: send again." },
  "30002": { fr: "Notre compte Twilio est suspendu: voyez l'administrateur.", en: "Our Twilio account is suspended: see the administrator." },
  "30003": { fr: "Téléphone éteint ou hors de portée: renvoyez plus tard, ou appelez.", en: "The phone is off or out of reach: send again later, or call." },
  "30004": { fr: "Le téléphone ou son fournisseur bloque nos SMS: appelez, ou écrivez un courriel.", en: "The phone or its carrier blocks our SMS: call, or write an e-mail." },
  "30005": { fr: "Ce numéro n'est plus en service: corrigez-le, ou écrivez un courriel.", en: "This number is no longer in service: correct it, or write an e-mail." },
  "30006": { fr: "Ligne fixe, ou fournisseur qui ne prend pas les SMS: appelez.", en: "A landline, or a carrier that takes no SMS: call." },
  "30007": { fr: "Le fournisseur l'a filtré comme pourriel: appelez, ou écrivez un courriel.", en: "The carrier filtered it as spam: call, or write an e-mail." },
  "30008": { fr: "Le fournisseur n'a pas dit pourquoi: renvoyez une fois, puis appelez.", en: "The carrier did not say why: send again once, then call." },
  "30034": { fr: "Notre numéro n'est pas inscrit auprès des fournisseurs: voyez l'administrateur.", en: "Our number is not registered with the carriers: see the administrator." },
};

/** null for what has no words of ours: it is shown as it was said. */
export function smsFailureOf(error: string | null): Bilingual | null {
  if (error === null) return null;
  const code = /\b(\d{5})\b/.exec(error)?.[1];
  return (code === undefined ? undefined : BY_CODE[code]) ?? (error.includes("(STOP)") ? STOPPED : null);
}
