/**
 * The signed outbound webhook, for n8n and the like. The body is `{ id, type, created_at, data }`; `id` is the same on every repeat, so the
 * receiver keeps the ids it has seen. `X-Gigafibre-Signature: t={seconds},v1={hex}`, where v1 is HMAC-SHA256 of `{t}.{body}`.
 */
import { createHmac } from "node:crypto";
import type { Config } from "../../config.ts";
import type { Channel } from "./channel.ts";
import { post } from "./post.ts";
import type { WebhookPayload } from "./rows.ts";

export function signature(secret: string, seconds: number, body: string): string {
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
}

export function webhookChannel(config: Pick<Config, "OUTBOUND_WEBHOOK_URL" | "OUTBOUND_WEBHOOK_SECRET">): Channel {
  const { OUTBOUND_WEBHOOK_URL: url, OUTBOUND_WEBHOOK_SECRET: secret } = config;
  if (!url || !secret) {
    return { missing: "OUTBOUND_WEBHOOK_URL and OUTBOUND_WEBHOOK_SECRET are not both set", send: () => Promise.reject(new Error("no webhook")) };
  }
  return {
    missing: null,
    send(payload, row) {
      const body = JSON.stringify({ id: row.key, ...(payload as WebhookPayload) });
      return post(url, body, {
        "x-gigafibre-event-id": row.key,
        "x-gigafibre-signature": signature(secret, Math.floor(Date.now() / 1000), body),
      });
    },
  };
}
