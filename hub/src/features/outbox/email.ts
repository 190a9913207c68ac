/**
 * E-mail by SMTP, which can neither be asked nor told to send once. A message keeps one Message-ID, derived from its key, so that a repeat
 * after a lost answer is the same message to every mailbox that deduplicates; it is repeated only when the answer to its data was lost.
 */
import { createTransport } from "nodemailer";
import type { FastifyInstance } from "fastify";
import { ErpnextUnavailable } from "../../plugins/erpnext.ts";
import type { Channel, Outcome } from "./channel.ts";
import type { EmailPayload } from "./rows.ts";

const TIMEOUT_MS = 15_000;
/** So often ERPNext is waited for, some minutes; then the message leaves without what it was to print. */
const PRINT_ATTEMPTS = 8;

interface SmtpError {
  readonly code?: string;
  readonly command?: string;
  readonly responseCode?: number;
  readonly message: string;
}

/** `<{key}@{host}>`, the same for every attempt. */
export function messageId(key: string, publicUrl: string): string {
  return `<${key.replace(/[^A-Za-z0-9.-]/g, ".")}@${new URL(publicUrl).hostname}>`;
}

export function emailChannel(app: FastifyInstance): Channel {
  const { SMTP_URL, MAIL_FROM, PUBLIC_URL } = app.config;
  if (!SMTP_URL) return { missing: "SMTP_URL is not set", send: () => Promise.reject(new Error("no e-mail")) };
  const transport = createTransport({
    url: SMTP_URL,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  });
  app.addHook("onClose", (_app, done) => {
    transport.close();
    done();
  });
  return {
    missing: null,
    async send(payload, row): Promise<Outcome> {
      const { to, subject, text, html, print } = payload as EmailPayload;
      const id = messageId(row.key, PUBLIC_URL);
      let printed: Buffer | null = null;
      try {
        printed = print ? await app.erpnext.print(print.doctype, print.name, print.language) : null;
      } catch (error) {
        if (!(error instanceof ErpnextUnavailable)) throw error;
        if (row.attempts < PRINT_ATTEMPTS) return { result: "not_sent", error: error.message };
        app.log.warn({ message: row.key, err: error }, "an e-mail leaves without its PDF");
      }
      try {
        await transport.sendMail({
          from: MAIL_FROM,
          to,
          subject,
          text,
          html,
          attachments: print && printed ? [{ filename: print.file, content: printed, contentType: "application/pdf" }] : [],
          messageId: id,
          headers: { "X-MJ-CustomID": row.key, "Auto-Submitted": "auto-generated" },
        });
        return { result: "sent", provider_ref: id };
      } catch (error) {
        return outcomeOf(error as SmtpError);
      }
    },
  };
}

function outcomeOf(error: SmtpError): Outcome {
  const text = `SMTP ${error.responseCode ?? error.code ?? ""} ${error.command ?? ""}: ${error.message}`;
  // A permanent no to the sender or the recipient; a no to the connection or the login is ours to mend.
  const aboutTheMessage = error.command === "MAIL FROM" || error.command === "RCPT TO" || error.command === "DATA" || error.code === "EENVELOPE" || error.code === "EMESSAGE";
  if (error.responseCode !== undefined) {
    return error.responseCode >= 500 && aboutTheMessage ? { result: "refused", error: text } : { result: "not_sent", error: text };
  }
  const beforeData = error.command === "CONN" || error.code === "EDNS" || error.code === "EAUTH" || error.code === "ECONNECTION";
  return beforeData ? { result: "not_sent", error: text } : { result: "uncertain", error: text };
}
