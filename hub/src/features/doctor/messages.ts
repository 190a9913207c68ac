/** SMS and e-mail: whether they can leave, and whether what customers answer comes in. Without them orders are taken, and nobody is told. */
import { createTransport } from "nodemailer";
import twilio from "twilio";
import type { Config } from "../../config.ts";
import { INBOUND_PATH } from "../messages/twilio-webhooks.ts";
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
    const [number] = await client.incomingPhoneNumbers.list({ phoneNumber: from, limit: 1 });
    const sends = number?.capabilities.sms ?? false;
    yield fine("sms.account", both("Twilio connaît notre compte", "Twilio knows our account"));
    yield judged("sms.number", sends, {
      ok: both(`Les SMS partent de ${from}`, `SMS leave from ${from}`),
      says: both(`${from} n'est pas un numéro de ce compte qui envoie des SMS`, `${from} is no number of this account that sends SMS`),
      mend: both("TWILIO_FROM: un numéro de Twilio → Phone Numbers, avec SMS.", "TWILIO_FROM: a number of Twilio → Phone Numbers, with SMS."),
    });
    if (number && sends && config.PUBLIC_URL) yield inboundFinding(number, `${config.PUBLIC_URL.replace(/\/$/, "")}${INBOUND_PATH}`);
  } catch (error) {
    const refused = error instanceof twilio.RestException && (error.status === 401 || error.status === 403);
    if (refused) yield wrong("sms.account", both("Twilio refuse TWILIO_ACCOUNT_SID avec TWILIO_AUTH_TOKEN", "Twilio refuses TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN"), both("Copiez-les de la console de Twilio.", "Copy them from Twilio's console."));
    else yield wrong("sms.reach", both(`Twilio ne répond pas: ${textOf(error)}`, `Twilio does not answer: ${textOf(error)}`), both("Vérifiez la sortie vers api.twilio.com (ou TWILIO_API_URL).", "Check the way out to api.twilio.com (or TWILIO_API_URL)."));
  }
}

type InboundOf = Readonly<Record<"phoneNumber" | "smsUrl" | "smsMethod" | "smsApplicationSid", string>>;
/** An application that is set on a number takes what comes in before its address does. */
function inboundFinding({ phoneNumber, smsUrl, smsMethod, smsApplicationSid }: InboundOf, url: string): Finding {
  const where = smsApplicationSid || (smsUrl === url ? smsMethod : smsUrl);
  return judged("sms.webhook", !smsApplicationSid && smsUrl === url && smsMethod === "POST", {
    ok: both("Twilio apporte au hub les SMS qui arrivent", "Twilio brings the hub the SMS that come in"),
    says: both(`Les SMS qui arrivent au ${phoneNumber} ne viennent pas à ${url} (${where || "nulle part"}): ni réponses, ni ARRÊT`, `SMS that come in at ${phoneNumber} are not brought to ${url} (${where || "nowhere"}): no answers, no STOP`),
    mend: both(`Twilio → Phone Numbers → ${phoneNumber} → Messaging, « A message comes in »: Webhook, ${url}, HTTP POST.`, `Twilio → Phone Numbers → ${phoneNumber} → Messaging, “A message comes in”: Webhook, ${url}, HTTP POST.`),
  });
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
