/**
 * Defects put in on purpose, one place of source each, as the module is loaded: the files themselves stay as they are. The suite must turn red
 * with every one of them.
 */
export interface Mutation {
  readonly name: string;
  readonly what: string;
  /** The changed file's path in the house. */
  readonly file: string;
  /** Must occur exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Tried in `--quick` too. */
  readonly quick: boolean;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: "hub-dedup-off",
    what: "the hub does not know the key of an order it has",
    file: "hub/src/features/orders/repository.ts",
    find: "from order_intake where idempotency_key = $1`",
    replace: "from order_intake where idempotency_key = $1 || ' forgotten'`",
    quick: true,
  },
  {
    name: "erpnext-dedup-off",
    what: "ERPNext does a unit of work again when its key comes again",
    file: "fixtures/erpnext/unit-of-work.ts",
    find: "if (taken.length === 0) {",
    replace: "if (taken.length < 0) {",
    quick: true,
  },
  {
    name: "fresh-key-each-try",
    what: "each attempt at ERPNext brings a key of its own",
    file: "hub/src/features/orders/repository.ts",
    find: "`order:${order.id}#${order.attempt}`",
    replace: "`order:${order.id}#${order.attempt}-${Date.now()}`",
    quick: false,
  },
  {
    name: "expect-off",
    what: "`expect` is not compared",
    file: "fixtures/erpnext/unit-of-work.ts",
    find: "if (found === step.count) return undefined;",
    replace: "if (found >= 0) return undefined;",
    quick: true,
  },
  {
    name: "update-expect-off",
    what: "what an update expects is not compared",
    file: "fixtures/erpnext/unit-of-work.ts",
    find: "if (same) continue;",
    replace: "if (same || !same) continue;",
    quick: false,
  },
  {
    name: "ack-before-commit",
    what: "the answer is sent before the local transaction is committed",
    file: "hub/src/plugins/database.ts",
    find: `    await client.query("commit");\n    return result;`,
    replace: `    setTimeout(() => void client.query("commit").catch(() => undefined), 300);\n    return result;`,
    quick: true,
  },
  {
    name: "outbox-outside",
    what: "the outbox is written outside the transaction",
    file: "hub/src/features/outbox/rows.ts",
    find: "const { rowCount } = await client.query(\n    `insert into outbox",
    replace: "const { rowCount } = await app.db.query(\n    `insert into outbox",
    quick: true,
  },
  {
    name: "port-compare-off",
    what: "the port is reserved without comparing",
    file: "hub/src/features/ports/ports.ts",
    find: "if (rowCount !== 1) return false;",
    replace: "if (rowCount === 99) return false;",
    quick: true,
  },
  {
    name: "sms-blind",
    what: "an SMS whose answer was lost is sent again without looking",
    file: "hub/src/features/outbox/sms.ts",
    find: "const found = messages.find(",
    replace: "const found = messages.slice(messages.length).find(",
    quick: false,
  },
  {
    name: "message-id-anew",
    what: "an e-mail that is sent again has another Message-ID",
    file: "hub/src/features/outbox/email.ts",
    find: "return `<${key.",
    replace: "return `<${Math.random()}${key.",
    quick: false,
  },
  {
    name: "lost-work-forgotten",
    what: "work whose worker was killed is not taken up again",
    file: "hub/src/plugins/workers.ts",
    find: "await releaseAbandoned(pool);",
    replace: "",
    quick: false,
  },
];
