/**
 * The named steps of an order, in the order they are reached: at each of them the process is killed. They are the moments the hub publishes
 * (hub/src/moments.ts); the suite fails when one listed here is never reached, and when the hub publishes one that is not listed.
 */
import { glob, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

export interface NamedStep {
  readonly moment: string;
  readonly what: string;
  /** Reached only by an order that ERPNext refuses. */
  readonly refused?: true;
}

const messageSteps = (["sms", "email", "chat", "webhook"] as const).flatMap((kind): NamedStep[] => [
  { moment: `outbox.${kind}_sending`, what: `${kind}: marked as leaving, not sent` },
  { moment: `outbox.${kind}_sent`, what: `${kind}: accepted by its receiver, not noted` },
  { moment: `outbox.${kind}_recorded`, what: `${kind}: noted as sent` },
]);

export const STEPS: readonly NamedStep[] = [
  { moment: "order.received", what: "the request was read" },
  { moment: "order.verified", what: "address, price and SetupIntent were verified, nothing kept yet" },
  { moment: "order.intake_begun", what: "the local transaction began" },
  { moment: "order.port_reserved", what: "the port is reserved, not committed" },
  { moment: "order.intake_committed", what: "the order is kept, the person not yet answered" },
  { moment: "order.answered", what: "the person's answer is out" },
  { moment: "order.job_started", what: "a worker took the order" },
  { moment: "order.before_commit_call", what: "before ERPNext is called" },
  { moment: "order.after_commit_answer", what: "ERPNext has the documents, the hub has not noted it" },
  { moment: "order.created_tx_begun", what: "the transaction that notes it and queues the messages is about to begin" },
  { moment: "order.created_committed", what: "noted; no message has left" },
  ...messageSteps,
  { moment: "order.attention_committed", what: "ERPNext's refusal is noted; no Issue yet", refused: true },
];

/** Moments of what follows an order: its visit, its activation, its charge. */
export const UNTIL_PAID: readonly string[] = [
  "field.kept",
  "field.frozen",
  "field.committed",
  "activation.frozen",
  "activation.committed",
  "activation.live",
  "charge.intent_stored",
  "charge.confirmed",
];

/** Moments of its end, and what each leaves undone. */
export const UNTIL_CANCELLED: readonly NamedStep[] = [
  { moment: "call.kept", what: "it is kept, nothing is decided" },
  { moment: "call.frozen", what: "the steps are frozen, not sent" },
  { moment: "call.committed", what: "ERPNext has it, the hub has not noted it" },
  { moment: "call.settled", what: "noted; nothing has left" },
  { moment: "refund.made", what: "Stripe has refunded, the hub has not noted it" },
];

/** Moments that every accepted order reaches. */
export const killableMoments: readonly string[] = STEPS.filter((step) => !step.refused).map(({ moment }) => moment);

const house = fileURLToPath(new URL("../..", import.meta.url));

/** What the list above and the hub's source disagree on, in words; empty when they agree. */
export async function disagreements(): Promise<string[]> {
  const published: { text: string; pattern: RegExp }[] = [];
  for await (const file of glob("hub/src/**/*.ts", { cwd: house })) {
    if (file.endsWith(".test.ts")) continue;
    const source = await readFile(house + file, "utf8");
    for (const [, text = ""] of source.matchAll(/\breached\(\s*["'`]([^"'`]+)["'`]/g)) {
      published.push({ text, pattern: new RegExp(`^${text.replaceAll(".", "\\.").replaceAll(/\$\{[^}]*\}/g, "[a-z]+")}$`) });
    }
  }
  const listed = [...[...STEPS, ...UNTIL_CANCELLED].map(({ moment }) => moment), ...UNTIL_PAID];
  return [
    ...published.filter(({ pattern }) => !listed.some((moment) => pattern.test(moment))).map(({ text }) => `the hub publishes ${text}, which the suite does not list`),
    ...listed.filter((moment) => !published.some(({ pattern }) => pattern.test(moment))).map((moment) => `the suite lists ${moment}, which the hub does not publish`),
  ];
}
