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
  port_activation_not_found: {
    status: 404,
    message: {
      fr: "Aucune activation de port n'est demandée par cette tâche. Rien n'a été changé; rechargez la liste.",
      en: "No port activation is asked for by this task. Nothing was changed; reload the list.",
    },
  },
} as const satisfies Record<string, Reason>;
