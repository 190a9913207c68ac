/** Reasons of what is asked about a device. */
import type { Reason } from "./reason.ts";

export const DEVICES = {
  device_unknown: {
    status: 404,
    message: {
      fr: "Aucun équipement ne porte ce numéro de série ni cette adresse MAC. L'appareil est gardé en mémoire: numérisez son étiquette pour le lier.",
      en: "No equipment has this serial number or MAC address. The device is remembered: scan its label to bind it.",
    },
  },
  device_without_service: {
    status: 409,
    message: {
      fr: "L'appareil est connu, mais n'est pas en service à un lieu actif ou à installer. Rien ne lui a été transmis; vérifiez son lieu et son statut.",
      en: "The device is known, but not in use at an active or pending place. It was told nothing; check its place and status.",
    },
  },
  acs_absent: {
    status: 409,
    message: {
      fr: "Aucun ACS n'est configuré: on ne peut rien demander aux appareils. Rien n'a été fait; ses réglages lui seront donnés à son prochain signe de vie.",
      en: "No ACS is set up: nothing can be asked of devices. Nothing was done; it is told its settings when it is next heard.",
    },
  },
  acs_unavailable: {
    status: 503,
    message: {
      fr: "L'ACS ne répond pas: on ne sait pas si l'appareil l'a fait. Regardez son état, puis réessayez dans une minute.",
      en: "The ACS does not answer: whether the device did it is not known. Look at its state, then try again in a minute.",
    },
  },
  firmware_current: {
    status: 409,
    message: {
      fr: "L'appareil a déjà le micrologiciel que son profil demande, ou son profil n'en demande aucun. Rien n'a été fait.",
      en: "The device already has the firmware its profile asks for, or its profile asks for none. Nothing was done.",
    },
  },
  wifi_password_absent: {
    status: 404,
    message: {
      fr: "Aucun mot de passe WiFi n'est inscrit pour ce lieu. Rien n'a été changé; inscrivez-en un sur le routeur.",
      en: "No WiFi password is set for this place. Nothing was changed; set one on the router.",
    },
  },
  port_activation_not_found: {
    status: 404,
    message: {
      fr: "Aucune activation de port n'est demandée par cette tâche. Rien n'a été changé; rechargez la liste.",
      en: "No port activation is asked for by this task. Nothing was changed; reload the list.",
    },
  },
} as const satisfies Record<string, Reason>;
