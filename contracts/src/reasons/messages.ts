/** Reasons of messages with customers. */
import type { Reason } from "./reason.ts";

export const MESSAGES = {
  sms_stopped: {
    status: 409,
    message: {
      fr: "Ce numéro a demandé de ne plus recevoir de textos (STOP). Rien n'a été envoyé; appelez ou écrivez un courriel. Le client peut répondre START.",
      en: "This number asked for no more texts (STOP). Nothing was sent; call or write an e-mail. The customer may answer START.",
    },
  },
  inbound_message_unknown: {
    status: 404,
    message: {
      fr: "Ce texto n'attend pas de client: il est déjà rattaché, ou n'a pas été reçu. Rien n'a été changé; rechargez la liste.",
      en: "This text waits for no customer: it has one already, or was never received. Nothing was changed; reload the list.",
    },
  },
} as const satisfies Record<string, Reason>;
