/** Reasons of the dispatch board. */
import type { Reason } from "./reason.ts";

export const BOARD = {
  visit_changed_meanwhile: {
    status: 409,
    message: {
      fr: "Quelqu'un d'autre a changé cette visite entre-temps. Votre déplacement n'a pas été fait; voyez où elle est maintenant, puis recommencez s'il le faut.",
      en: "Somebody else changed this visit meanwhile. Your move was not made; see where it is now, then make it again if needed.",
    },
  },
  visits_changed_meanwhile: {
    status: 409,
    message: {
      fr: "L'une de ces visites, ou l'horaire du technicien, a changé entre-temps. Rien n'a été déplacé; la liste est relue: vérifiez-la, puis recommencez.",
      en: "One of these visits, or the technician's schedule, changed meanwhile. Nothing was moved; the list is read again: look through it, then press again.",
    },
  },
  visit_under_way: {
    status: 409,
    message: {
      fr: "Cette visite est commencée, terminée ou annulée: elle ne se déplace plus. Rien n'a été changé; pour y retourner, créez une autre visite.",
      en: "This visit has begun, is over or was cancelled: it cannot be moved any more. Nothing was changed; to go there again, make another visit.",
    },
  },
  move_refused: {
    status: 409,
    message: {
      fr: "ERPNext a refusé ce déplacement. La visite est restée où elle était; corrigez la cause, puis recommencez.",
      en: "ERPNext refused this move. The visit stayed where it was; correct the cause, then move it again.",
    },
  },
} as const satisfies Record<string, Reason>;
