/** SMS by Twilio, which has no idempotency key: after a doubt, its own list is read before anything is sent again. */
import twilio from "twilio";
import type { Config } from "../../config.ts";
import type { Channel, Outcome } from "./channel.ts";
import type { OutboxRow, SmsPayload } from "./rows.ts";

const TIMEOUT_MS = 15_000;
/** The clocks of two machines may differ by this much. */
const CLOCK_SKEW_MS = 10 * 60_000;
const LOOK_BACK = 100;
const FAILED = new Set(["failed", "undelivered", "canceled"]);

/** The client of Twilio's own library, with every request sent to `apiUrl` instead of api.twilio.com where that is set. */
export function createTwilio(config: Pick<Config, "TWILIO_ACCOUNT_SID" | "TWILIO_AUTH_TOKEN" | "TWILIO_API_URL">): twilio.Twilio {
  const requests = new twilio.RequestClient({ timeout: TIMEOUT_MS });
  const { TWILIO_API_URL: apiUrl } = config;
  if (apiUrl !== undefined) {
    const send = requests.request.bind(requests);
    requests.request = (options) => {
      const { pathname, search } = new URL(options.uri);
      return send({ ...options, uri: apiUrl.replace(/\/$/, "") + pathname + search });
    };
  }
  return twilio(config.TWILIO_ACCOUNT_SID, config.TWILIO_AUTH_TOKEN, { httpClient: requests });
}

export const STATUS_PATH = "/webhooks/twilio/status";

/** Where Twilio tells what became of a message. The key is in the address: a callback may come before the answer that has Twilio's own id. */
export const statusUrl = ({ PUBLIC_URL }: Pick<Config, "PUBLIC_URL">, key: string): string => `${PUBLIC_URL.replace(/\/$/, "")}${STATUS_PATH}?message=${encodeURIComponent(key)}`;

export function smsChannel(config: Config): Channel {
  const { TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM } = config;
  if (!TWILIO_ACCOUNT_SID || !TWILIO_AUTH_TOKEN || !TWILIO_FROM) {
    return { missing: "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM are not all set", send: () => Promise.reject(new Error("no SMS")) };
  }
  const client = createTwilio(config);
  return {
    missing: null,
    /** To, text and time tell the message: the text names its order, so nobody else's is the same. */
    async find(payload, row: OutboxRow) {
      const { to, body } = payload as SmsPayload;
      const since = (row.sending_since ?? row.created_at).getTime() - CLOCK_SKEW_MS;
      const messages = await client.messages.list({ to, limit: LOOK_BACK });
      const found = messages.find((message) => message.body === body && message.dateCreated.getTime() >= since && !FAILED.has(message.status));
      return found ? { provider_ref: found.sid } : null;
    },
    async send(payload, row): Promise<Outcome> {
      const { to, body } = payload as SmsPayload;
      try {
        const message = await client.messages.create({ to, from: TWILIO_FROM, body, statusCallback: statusUrl(config, row.key) });
        return { result: "sent", provider_ref: message.sid };
      } catch (error) {
        return outcomeOf(error);
      }
    },
  };
}

/** Any message to that number which names its subject, as every one of ours does: for one whose very text is not known any more. */
export async function smsAbout(config: Config, sought: { to: string; about: string; since: Date }): Promise<{ provider_ref: string } | null> {
  const messages = await createTwilio(config).messages.list({ to: sought.to, limit: LOOK_BACK });
  const since = sought.since.getTime() - CLOCK_SKEW_MS;
  const found = messages.find(({ body, dateCreated, status }) => body.includes(sought.about) && dateCreated.getTime() >= since && !FAILED.has(status));
  return found ? { provider_ref: found.sid } : null;
}

function outcomeOf(error: unknown): Outcome {
  if (!(error instanceof twilio.RestException)) return { result: "uncertain", error: `Twilio did not answer: ${messageOf(error)}` };
  const text = `Twilio ${error.status} ${error.code ?? ""}: ${error.message}`;
  if (error.status >= 500) return { result: "uncertain", error: text };
  // Too many at once, or our credentials: neither says anything about this number.
  if (error.status === 429 || error.status === 401 || error.status === 403) return { result: "not_sent", error: text };
  return { result: "refused", error: text };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
