/** SMS and e-mail: whether they can leave. Without them orders are taken, and nobody is told. */
import { createTransport } from "nodemailer";
import twilio from "twilio";
import type { Config } from "../../config.ts";
import { createTwilio } from "../outbox/sms.ts";
import { both, fine, judged, textOf, warning, wrong } from "./findings.ts";
import type { Finding } from "./findings.ts";

const ANSWER_WITHIN_MS = 10_000;

export async function* messageFindings(config: Partial<Config>): AsyncGenerator<Finding> {
  yield* smsFindings(config);
  yield await mailFinding(config.SMTP_URL);
}

async function* smsFindings(config: Partial<Config>): AsyncGenerator<Finding> {
  const { TWILIO_ACCOUNT_SID: account, TWILIO_AUTH_TOKEN: token, TWILIO_FROM: from } = config;
  if (!account || !token || !from) {
    yield warning("sms.settings", both("Aucun SMS ne part: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN et TWILIO_FROM ne sont pas tous là", "No SMS leaves: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM are not all set"), both("Copiez-les de la console de Twilio.", "Copy them from Twilio's console."));
    return;
  }
  const client = createTwilio({ TWILIO_ACCOUNT_SID: account, TWILIO_AUTH_TOKEN: token, TWILIO_API_URL: config.TWILIO_API_URL });
  try {
    const numbers = await client.incomingPhoneNumbers.list({ phoneNumber: from, limit: 1 });
    yield fine("sms.account", both("Twilio connaît notre compte", "Twilio knows our account"));
    yield judged("sms.number", numbers.some(({ capabilities }) => capabilities.sms), {
      ok: both(`Les SMS partent de ${from}`, `SMS leave from ${from}`),
      says: both(`${from} n'est pas un numéro de ce compte qui envoie des SMS`, `${from} is no number of this account that sends SMS`),
      mend: both("TWILIO_FROM: un numéro de Twilio → Phone Numbers, avec SMS.", "TWILIO_FROM: a number of Twilio → Phone Numbers, with SMS."),
    });
  } catch (error) {
    const refused = error instanceof twilio.RestException && (error.status === 401 || error.status === 403);
    if (refused) yield wrong("sms.account", both("Twilio refuse TWILIO_ACCOUNT_SID avec TWILIO_AUTH_TOKEN", "Twilio refuses TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN"), both("Copiez-les de la console de Twilio.", "Copy them from Twilio's console."));
    else yield wrong("sms.reach", both(`Twilio ne répond pas: ${textOf(error)}`, `Twilio does not answer: ${textOf(error)}`), both("Vérifiez la sortie vers api.twilio.com (ou TWILIO_API_URL).", "Check the way out to api.twilio.com (or TWILIO_API_URL)."));
  }
}

async function mailFinding(url: string | undefined): Promise<Finding> {
  if (!url) return warning("mail.smtp", both("Aucun courriel ne part: SMTP_URL n'est pas là", "No e-mail leaves: SMTP_URL is not set"), both("SMTP_URL=smtp://USAGER:MOTDEPASSE@SERVEUR:587", "SMTP_URL=smtp://USER:PASSWORD@SERVER:587"));
  const transport = createTransport({ url, connectionTimeout: ANSWER_WITHIN_MS, greetingTimeout: ANSWER_WITHIN_MS, socketTimeout: ANSWER_WITHIN_MS });
  try {
    await transport.verify();
    return fine("mail.smtp", both("Le serveur de courriel nous accepte", "The mail server accepts us"));
  } catch (error) {
    return wrong("mail.smtp", both(`Le serveur de courriel refuse ou ne répond pas: ${textOf(error)}`, `The mail server refuses or does not answer: ${textOf(error)}`), both("Vérifiez SMTP_URL.", "Check SMTP_URL."));
  } finally {
    transport.close();
  }
}
