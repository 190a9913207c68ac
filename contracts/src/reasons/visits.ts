/** Reasons of what a technician's phone sends. */
import type { Reason } from "./reason.ts";

export const VISITS = {
  action_version_unknown: {
    status: 422,
    message: {
      fr: "L'application est d'une autre version que le serveur. L'action reste dans l'appareil; mettez l'application à jour et envoyez de nouveau.",
      en: "The app is of another version than the server. The action stays on the device; update the app and send again.",
    },
  },
  action_id_reused: {
    status: 409,
    message: {
      fr: "Une autre action a déjà été reçue sous ce numéro. Elle est conservée telle quelle; refaites celle-ci.",
      en: "Another action was already received under this number. It is kept as it was; make this one again.",
    },
  },
  earlier_action_first: {
    status: 425,
    message: {
      fr: "Une action précédente de cette visite n'est pas encore arrivée. Celle-ci reste dans l'appareil et sera envoyée après elle.",
      en: "An earlier action of this visit has not arrived yet. This one stays on the device and will be sent after it.",
    },
  },
  visit_not_scheduled: {
    status: 409,
    message: {
      fr: "Cette visite n'est pas encore planifiée. L'action est gardée; demandez à la répartition de la planifier, puis réessayez.",
      en: "This visit is not scheduled yet. The action is kept; ask dispatch to schedule it, then try again.",
    },
  },
  visit_incomplete: {
    status: 409,
    message: {
      fr: "Il manque quelque chose à cette visite. Elle n'est pas complétée; faites ce qui manque, ou dites pourquoi non.",
      en: "Something is missing from this visit. It is not completed; do what is missing, or say why not.",
    },
  },
  unreadable_label: {
    status: 409,
    message: {
      fr: "Cette étiquette ne nomme aucun appareil. Rien n'a été inscrit; numérisez un autre code, ou entrez le numéro à la main.",
      en: "This label names no device. Nothing was recorded; scan another code, or type the number.",
    },
  },
  two_devices: {
    status: 409,
    message: {
      fr: "Cette étiquette porte les numéros de deux appareils. Rien n'a été inscrit; numérisez un seul appareil.",
      en: "This label carries the numbers of two devices. Nothing was recorded; scan one device only.",
    },
  },
  wrong_device_type: {
    status: 409,
    message: {
      fr: "Cet appareil n'est pas du type attendu. Rien n'a été inscrit; choisissez le bon appareil, ou le bon type.",
      en: "This device is not of the expected type. Nothing was recorded; pick the right device, or the right type.",
    },
  },
  device_not_waiting: {
    status: 409,
    message: {
      fr: "Cet emplacement n'attend plus d'appareil. Rien n'a été inscrit; rechargez la visite et choisissez-en un autre.",
      en: "This slot no longer waits for a device. Nothing was recorded; reload the visit and pick another.",
    },
  },
  serial_elsewhere: {
    status: 409,
    message: {
      fr: "Cet appareil est déjà inscrit ailleurs. Rien n'a été inscrit ici; prenez-en un autre, ou appelez la répartition.",
      en: "This device already stands elsewhere. Nothing was recorded here; take another, or call dispatch.",
    },
  },
  device_defective: {
    status: 409,
    message: {
      fr: "Cet appareil est marqué défectueux. Rien n'a été inscrit; prenez-en un autre.",
      en: "This device is marked defective. Nothing was recorded; take another.",
    },
  },
  action_refused: {
    status: 409,
    message: {
      fr: "ERPNext a refusé cette action. Rien n'a été inscrit; l'action est gardée: corrigez la cause, puis réessayez.",
      en: "ERPNext refused this action. Nothing was recorded; the action is kept: correct the cause, then try again.",
    },
  },
  photo_not_announced: {
    status: 404,
    message: {
      fr: "Cette photo n'a pas encore été annoncée. Elle reste dans l'appareil; envoyez d'abord son action.",
      en: "This photo was not announced yet. It stays on the device; send its action first.",
    },
  },
  photo_offset: {
    status: 409,
    message: {
      fr: "Ce morceau ne suit pas ce qui est déjà reçu. Ce qui l'est est gardé; reprenez où l'en-tête upload-offset le dit.",
      en: "This piece does not follow what was received. That much is kept; go on where the upload-offset header says.",
    },
  },
  photo_damaged: {
    status: 409,
    message: {
      fr: "La photo est arrivée altérée. Rien n'en est gardé; elle reste dans l'appareil: envoyez-la de nouveau depuis le début.",
      en: "The photo arrived altered. Nothing of it is kept; it stays on the device: send it again from the start.",
    },
  },
  follow_not_found: {
    status: 404,
    message: {
      fr: "Ce lien de suivi n'existe pas ou n'est plus valide. Pour savoir quand le technicien arrive, appelez-nous.",
      en: "This link does not exist or is no longer valid. To know when the technician arrives, call us.",
    },
  },
} as const satisfies Record<string, Reason>;
