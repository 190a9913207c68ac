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
  /** Begins the name of the situation that is tried first, for speed; the others follow until one notices. */
  readonly first: string;
  /** A complaint that must be among those it leads to, where others would not show all of what it breaks. */
  readonly sign?: string;
  /** Tried in `--quick` too. */
  readonly quick: boolean;
}

/** Not a situation of the hub's: the tests of the phone's own outbox. */
export const OUTBOX = "the outbox";

export const MUTATIONS: readonly Mutation[] = [
  {
    name: "hub-dedup-off",
    what: "the hub does not know the key of an order it has",
    file: "hub/src/features/orders/repository.ts",
    find: "from order_intake where idempotency_key = $1`",
    replace: "from order_intake where idempotency_key = $1 || ' forgotten'`",
    first: "a double press",
    quick: true,
  },
  {
    name: "erpnext-dedup-off",
    what: "ERPNext does a unit of work again when its key comes again",
    file: "fixtures/erpnext/unit-of-work.ts",
    find: "if (taken.length === 0) {",
    replace: "if (taken.length < 0) {",
    first: "ERPNext's answer is lost",
    quick: true,
  },
  {
    name: "fresh-key-each-try",
    what: "each attempt at ERPNext brings a key of its own",
    file: "hub/src/features/orders/repository.ts",
    find: "`order:${order.id}#${order.attempt}`",
    replace: "`order:${order.id}#${order.attempt}-${Date.now()}`",
    first: "ERPNext's answer is lost",
    quick: false,
  },
  {
    name: "expect-off",
    what: "`expect` is not compared",
    file: "fixtures/erpnext/unit-of-work-steps.ts",
    find: "if (rows.length === step.count) return;",
    replace: "if (rows.length >= 0) return;",
    first: "twenty units of work that each expect",
    quick: true,
  },
  {
    name: "update-expect-off",
    what: "what an update expects is not compared",
    file: "fixtures/erpnext/unit-of-work-steps.ts",
    find: "requireExpected(type, before, this.#resolveRow(step.expect));",
    replace: "this.#resolveRow(step.expect);",
    first: "twenty updates",
    quick: false,
  },
  {
    name: "ack-before-commit",
    what: "the answer is sent before the local transaction is committed",
    file: "hub/src/plugins/database.ts",
    // The connection stays the transaction's own until then: given back, it would end another's.
    find: `    await client.query("commit");\n    return result;`,
    replace:
      `    const { release } = client;\n    client.release = () => undefined;\n` +
      `    setTimeout(() => void client.query("commit").catch(() => undefined).then(() => release.call(client)), 300);\n    return result;`,
    first: "killed when the person had just been answered",
    quick: true,
  },
  {
    name: "outbox-outside",
    what: "the messages are written to the outbox after the transaction they follow from, not in it",
    file: "hub/src/features/orders/create-job.ts",
    find: "for (const message of await orderMessages(app, client, { ...order, documents }, summary)) await put(app, client, message);",
    replace:
      "const messages = await orderMessages(app, client, { ...order, documents }, summary); " +
      "setTimeout(() => void (async () => { for (const message of messages) await transaction(app.db, (later) => put(app, later, message)); app.workers.wake(OUTBOX); })(), 50);",
    first: "killed at order.created_committed",
    quick: true,
  },
  {
    name: "port-compare-off",
    what: "the port is reserved without comparing",
    file: "hub/src/features/ports/ports.ts",
    find: 'if (rowCount !== 1) return false;\n  await client.query("insert into port_reservation',
    replace: 'await client.query("insert into port_reservation',
    first: "two browsers race",
    quick: true,
  },
  {
    name: "sms-blind",
    what: "an SMS whose answer was lost is sent again without looking",
    file: "hub/src/features/outbox/sms.ts",
    find: "const found = messages.find((message) =>",
    replace: "const found = messages.slice(messages.length).find((message) =>",
    first: "sms: accepted",
    quick: false,
  },
  {
    name: "message-id-anew",
    what: "an e-mail that is sent again has another Message-ID",
    file: "hub/src/features/outbox/email.ts",
    find: "return `<${key.",
    replace: "return `<${Math.random()}${key.",
    first: "email: accepted",
    quick: false,
  },
  {
    name: "lost-work-forgotten",
    what: "work whose worker was killed is not taken up again",
    file: "hub/src/plugins/workers.ts",
    find: "await releaseAbandoned(pool);",
    replace: "",
    first: "killed at order.job_started",
    quick: false,
  },
  {
    name: "restore-not-held",
    what: "the queues are worked on although a database was restored",
    file: "hub/src/features/reconcile/restores.ts",
    find: "mayWork: () => row.held_since === null && (met || row.mark === null),",
    replace: "mayWork: () => true,",
    first: "ERPNext is restored",
    quick: false,
  },
  {
    name: "restore-not-mended",
    what: "reconciling does not write again what ERPNext forgot",
    file: "hub/src/features/reconcile/orders.ts",
    find: "await driveAgain(comparison, order);",
    replace: 'comparison.note("order_redriven", order.id);',
    first: "ERPNext is restored",
    quick: false,
  },
  {
    name: "field-key-fresh",
    what: "what a technician did is sent to ERPNext under another key at each try",
    file: "hub/src/features/visits/actions.ts",
    find: "`field:${id}`;",
    replace: "`field:${id}:${Date.now()}`;",
    first: "visits without a network",
    sign: "stands 2 times",
    quick: false,
  },
  {
    name: "after-order-off",
    what: "an action does not wait for the one that was made before it",
    file: "hub/src/features/visits/actions.ts",
    find: "if (after === null) return;",
    replace: "if (after === null || after !== null) return;",
    first: "visits without a network",
    sign: "in another order",
    quick: false,
  },
  {
    name: "webhook-seen-off",
    what: "an event of Stripe's that was heard is acted on again",
    file: "hub/src/features/payments/stripe-webhook.ts",
    find: "if (rowCount !== 1) return;",
    replace: "if (rowCount === null) return;",
    first: "a storm of",
    quick: false,
  },
  {
    name: "payment-key-fresh",
    what: "a payment is entered under another key at each try",
    file: "hub/src/features/payments/link-payments.ts",
    find: "const key = `payment:${payment.payment_intent}`;",
    replace: "const key = `payment:${payment.payment_intent}:${Date.now()}`;",
    first: "a storm of",
    quick: false,
  },
  {
    name: "phone-id-anew",
    what: "the phone sends an action under another id at each try",
    file: "field-app/src/features/outbox/sender.ts",
    find: "hub.send({ id, version,",
    replace: "hub.send({ id: crypto.randomUUID(), version,",
    first: OUTBOX,
    quick: true,
  },
  {
    name: "phone-two-tabs-send",
    what: "two tabs of one phone send at once",
    file: "field-app/src/features/outbox/one-tab.ts",
    find: "if (!this.#locks) {",
    replace: "if (this.#locks !== null) {",
    first: OUTBOX,
    quick: false,
  },
  {
    name: "phone-refusal-passed-over",
    what: "a refused action does not stop its visit",
    file: "field-app/src/features/outbox/rows.ts",
    find: 'this.#inState("waiting", "sending", "refused").sortBy',
    replace: 'this.#inState("waiting", "sending").sortBy',
    first: OUTBOX,
    quick: false,
  },
  {
    name: "phone-lets-go-early",
    what: "the phone deletes an action before it has stored the answer",
    file: "field-app/src/features/outbox/rows.ts",
    find: "await this.#db.actions.put(leaving);",
    replace: "await this.#db.actions.delete(leaving.id);",
    first: OUTBOX,
    quick: false,
  },
  {
    name: "phone-follows-nothing",
    what: "an action does not say which one it comes after",
    file: "field-app/src/features/outbox/rows.ts",
    find: "after: earlier?.id ?? null",
    replace: "after: earlier ? null : null",
    first: OUTBOX,
    quick: false,
  },
  {
    name: "phone-taps-twice",
    what: "two taps of one hand are two actions",
    file: "field-app/src/features/outbox/outbox.ts",
    find: "at - this.#lastTap.at < DOUBLE_TAP_MS",
    replace: "at - this.#lastTap.at < 0",
    first: OUTBOX,
    quick: false,
  },
];
