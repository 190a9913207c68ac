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
  already_handled: {
    status: 409,
    message: {
      fr: "Quelqu'un s'en est occupé entre-temps. Rien n'a été envoyé, et ce que vous avez écrit est gardé; relisez la conversation, puis envoyez quand même au besoin.",
      en: "Somebody has seen to it meanwhile. Nothing was sent, and what you wrote is kept; read the conversation again, then send anyway if need be.",
    },
  },
  number_known: {
    status: 409,
    message: {
      fr: "Ce numéro est déjà celui d'un client. Rien n'a été changé; rechargez la liste.",
      en: "This number is a customer's already. Nothing was changed; reload the list.",
    },
  },
} as const satisfies Record<string, Reason>;
