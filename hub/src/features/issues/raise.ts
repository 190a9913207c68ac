/** What a person has to decide, as an Issue of its own in ERPNext: one by its key, whatever became of what it is about. */
import type { FastifyInstance } from "fastify";
import { escapeHtml } from "../messages/escape-html.ts";

export interface Raised {
  readonly subject: string;
  readonly order_id?: string;
  readonly dispatch_job?: string;
  readonly service_location?: string;
  /** A paragraph each. */
  readonly lines: readonly string[];
}

/** @returns the Issue's name */
export async function raise(app: FastifyInstance, key: string, { lines, ...values }: Raised): Promise<string> {
  const issue = `${key}:issue`;
  const landed = await app.erpnext.find(issue);
  const { documents } =
    landed ??
    (await app.erpnext.commit({
      key: issue,
      steps: [{ op: "insert", doctype: "Issue", values: { ...values, description: lines.map((line) => `<p>${escapeHtml(line)}</p>`).join("") } }],
    }));
  return documents[0]?.name ?? "";
}
