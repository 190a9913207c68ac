/**
 * Visits without a network, at the level of HTTP: what a technician did is sent later, cut off, twice, out of order, by a phone whose clock is
 * wrong or whose session has ended, to a visit that was moved or cancelled meanwhile, to a hub that is killed. Each action is applied once, in
 * order, or kept for dispatch, or refused with a reason.
 */
import { randomInt } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import fc from "fast-check";
import type { VisitAction, VisitActionBody } from "@gigafibre/contracts/visits";
import type { Case } from "./case.ts";
import { until } from "./case.ts";
import { isCommit } from "./matrix.ts";
import { cancel, homeOf, inDesk, jobPath, move, plan, plannedVisit, standingOf } from "./planned-visits.ts";
import type { Home } from "./planned-visits.ts";
import { Pocket, Pockets } from "./pocket.ts";
import type { Answer } from "./pocket.ts";
import { UNTIL_PAID } from "./steps.ts";
import type { World } from "./world.ts";

export const AT_ONCE = 10;
/** One batch in so many kills the hub, and brings one order from its visit to its card. */
const KILLS_EVERY = 4;

const FAULTS = ["none", "none", "double", "cut", "answer_lost", "erpnext_answer_lost", "erpnext_cut", "years_behind", "put_back", "session_ended", "next_first", "edited"] as const;
type Fault = (typeof FAULTS)[number];

interface Deed {
  readonly what: "note" | "check" | "payment" | "scan";
  readonly fault: Fault;
}

export interface Sequence {
  readonly out: Fault;
  readonly deeds: readonly Deed[];
  readonly completes: boolean;
  readonly trouble: { readonly kind: "moved" | "cancelled"; readonly before: number } | null;
  readonly kill: { readonly moment: string; readonly at: number } | null;
}

const fault = fc.constantFrom(...FAULTS);
const sequence = (kills: boolean): fc.Arbitrary<Sequence> =>
  fc.record({
    out: fault,
    deeds: fc.array(fc.record({ what: fc.constantFrom("note", "note", "note", "check", "payment", "scan"), fault }), { minLength: 3, maxLength: 6 }),
    completes: fc.boolean(),
    trouble: fc.option(fc.record({ kind: fc.constantFrom("moved", "cancelled"), before: fc.integer({ min: 1, max: 6 }) }), { freq: 3 }),
    kill: kills ? fc.option(fc.record({ moment: fc.constantFrom("field.kept", "field.frozen", "field.committed"), at: fc.integer({ min: 1, max: 6 }) }), { freq: 2 }) : fc.constant(null),
  });

interface Done {
  readonly action: VisitAction;
  readonly answer: Answer;
  /** By which it is found again. */
  readonly mark: string;
}

interface Visited {
  readonly job: string;
  readonly drawn: Sequence;
  readonly done: readonly Done[];
  /** From which of them on the visit was somebody else's, or cancelled. */
  readonly troubledFrom: number;
}

const pockets = new WeakMap<World, Promise<Pockets>>();

function bodyOf(what: Deed["what"], mark: string): VisitActionBody {
  const mac = mark.slice(-12);
  switch (what) {
    case "note":
      return { kind: "note", text: mark };
    case "check":
      return { kind: "check", key: "ont_signal_dbm", done: true, value: mark };
    case "payment":
      return { kind: "payment", method: "cheque", amount_cents: 1_000 + randomInt(500), reference: mark };
    case "scan":
      return { kind: "scan", label: { equipment_type: "Décodeur TV", serial_number: null, gpon_sn: null, mac_address: mac, brand: null }, equipment: null, codes: [] };
  }
}

/** Twelve digits at the end, as a MAC address has. */
const newMark = (): string => `orage-001A79${randomInt(16 ** 6).toString(16).toUpperCase().padStart(6, "0")}`;

async function visit(world: World, pockets: Pockets, home: Home, drawn: Sequence): Promise<Visited> {
  const job = await plannedVisit(world, home);
  const pocket = new Pocket(pockets, job);
  const done: Done[] = [];
  let troubledFrom = Number.POSITIVE_INFINITY;
  const plans: { body: VisitActionBody; fault: Fault; mark: string }[] = [
    { body: { kind: "set_out", arrives_at: null, position: null }, fault: drawn.out, mark: "" },
    { body: { kind: "start" }, fault: "none", mark: "" },
    ...drawn.deeds.map(({ what, fault: wrong }) => {
      const mark = newMark();
      return { body: bodyOf(what, mark), fault: wrong, mark };
    }),
  ];
  for (let index = 0; index < plans.length; index += 1) {
    const step = plans[index];
    if (!step) break;
    if (drawn.trouble?.before === index) {
      troubledFrom = done.length;
      await (drawn.trouble.kind === "moved" ? move : cancel)(world, job);
    }
    const before = pocket.last;
    const action = pocket.make(step.body, step.fault === "years_behind" || step.fault === "put_back" ? step.fault : "right");
    if (drawn.kill?.at === index) await world.hub.trap({ id: `${action.id} ${drawn.kill.moment}`, moment: drawn.kill.moment, subject: action.id, nth: 1 });
    const next = plans[index + 1];
    // What was refused is discarded by a person, whom the next one would wait for.
    if (step.fault === "next_first" && next && step.body.kind !== "scan" && drawn.trouble?.before !== index + 1) {
      const following = pocket.make(next.body);
      const [early, answer] = await Promise.all([pocket.send(following), wait(30).then(() => pocket.send(action))]);
      done.push({ action, answer, mark: step.mark }, { action: following, answer: early, mark: next.mark });
      index += 1;
      continue;
    }
    const answer = await sendWith(world, pockets, pocket, action, step.fault, job);
    done.push({ action, answer, mark: step.mark });
    if (answer.kind === "refused") pocket.discard(action, before);
  }
  if (drawn.completes) done.push(...(await complete(pocket)));
  return { job, drawn, done, troubledFrom };
}

async function sendWith(world: World, pockets: Pockets, pocket: Pocket, action: VisitAction, wrong: Fault, job: string): Promise<Answer> {
  const about = ({ text }: { text: string }): boolean => text.includes(action.id);
  const undo =
    wrong === "cut" ? pockets.line.add({ kind: "drop_before", times: 2, matches: about })
    : wrong === "answer_lost" ? pockets.line.add({ kind: "drop_after", times: 2, matches: about })
    : wrong === "erpnext_answer_lost" ? world.lines.erpnext.add({ kind: "drop_after", times: 1, matches: (call) => isCommit(call.path) && about(call) })
    : wrong === "erpnext_cut" ? world.lines.erpnext.add({ kind: "drop_before", times: 1, matches: (call) => isCommit(call.path) && about(call) })
    : undefined;
  try {
    if (wrong === "session_ended") {
      const answer = await pockets.post(action, "sid=ended");
      if (answer !== null && answer.status !== 401 && answer.status < 500) throw new Error(`a session that has ended was answered ${answer.status}`);
    }
    if (wrong === "edited") {
      const [answer] = await Promise.all([pocket.send(action), inDesk(world, "PUT", jobPath(job), { proof_override_reason: `vu ${Date.now()}` })]);
      return answer;
    }
    if (wrong !== "double") return await pocket.send(action);
    const [one, two] = await Promise.all([pocket.send(action), pocket.send(action)]);
    if (one.kind !== two.kind) throw new Error(`two taps of one action were told ${one.kind} and ${two.kind}`);
    return one;
  } finally {
    undo?.();
  }
}

/** Refused for what is missing, then completed with a reason for each. */
async function complete(pocket: Pocket): Promise<Done[]> {
  const before = pocket.last;
  const first = pocket.make({ kind: "complete", left_out: [] });
  const answer = await pocket.send(first);
  if (answer.kind !== "refused") return [{ action: first, answer, mark: "" }];
  pocket.discard(first, before);
  const second = pocket.make({ kind: "complete", left_out: answer.missing.map((what) => ({ what, reason: "pas fait ce jour-là" })) });
  return [{ action: first, answer, mark: "" }, { action: second, answer: await pocket.send(second), mark: "" }];
}

const occurrences = (text: string, mark: string): number => text.split(mark).length - 1;

/** What stands in ERPNext against what the phone was told. */
async function judge(world: World, { job, drawn, done, troubledFrom }: Visited): Promise<string[]> {
  const [{ notes, told }, units] = await Promise.all([standingOf(world, job), world.reader.list("Unit of Work", [["key", "in", done.map(({ action }) => `field:${action.id}`)]])]);
  const complaints: string[] = [];
  const complain = (text: string): void => void complaints.push(`${job} ${JSON.stringify(drawn)}: ${text}`);
  const inOrder: number[] = [];
  for (const [index, { action, answer, mark }] of done.entries()) {
    const { kind } = action.action;
    const keys = units.filter(({ key }) => key === `field:${action.id}`).length;
    if (keys !== (answer.kind === "applied" ? 1 : 0) && !(kind === "complete" && answer.kind === "applied")) complain(`${keys} units of work of ${kind} ${action.id}, which was ${answer.kind}`);
    const troubled = index >= troubledFrom;
    if (answer.kind === "refused" && kind !== "scan" && kind !== "complete") complain(`${kind} was refused: ${answer.reason}`);
    if (troubled && answer.kind !== "kept_for_dispatch") complain(`${kind} was ${answer.kind} although the visit was ${drawn.trouble?.kind ?? ""}`);
    if (!troubled && answer.kind === "kept_for_dispatch") complain(`${kind} was kept for dispatch although the visit was theirs`);
    if (mark === "") continue;
    const found = { note: occurrences(notes, mark), told: occurrences(told, mark.slice(kind === "scan" ? -12 : 0)) };
    if (answer.kind === "kept_for_dispatch" && found.told !== 1) complain(`${kind} ${mark} is told ${found.told} times to dispatch`);
    if (answer.kind !== "kept_for_dispatch" && found.told !== 0) complain(`${kind} ${mark} is told to dispatch although it was ${answer.kind}`);
    if (kind === "note") {
      if (found.note !== (answer.kind === "applied" ? 1 : 0)) complain(`the note ${mark} stands ${found.note} times, and was ${answer.kind}`);
      if (answer.kind === "applied") inOrder.push(notes.indexOf(mark));
    }
    if (kind === "payment") {
      const drafts = await world.reader.list("Payment Entry", [["reference_no", "=", mark]]);
      if (drafts.length !== (answer.kind === "applied" ? 1 : 0)) complain(`${drafts.length} payments ${mark}, which was ${answer.kind}`);
    }
    if (kind === "scan") {
      const devices = await world.reader.list("Service Equipment", [["mac_address", "=", mark.slice(-12)]]);
      if (devices.length !== (answer.kind === "applied" ? 1 : 0)) complain(`${devices.length} devices ${mark}, which was ${answer.kind}`);
    }
  }
  if (inOrder.some((place, index) => index > 0 && place < (inOrder[index - 1] ?? 0))) complain(`the notes stand in another order than they were made: ${notes}`);
  return complaints;
}

/** From the visit's end to the card, with the hub killed at one of the moments on the way. */
async function fromVisitToCard(world: World, pockets: Pockets, moment: string | null): Promise<string[]> {
  const shopper = world.shopper({ basket: "internet" });
  await shopper.prepare();
  await shopper.pressUntilTold();
  const order = shopper.accepted?.order_id ?? "";
  const jobOf = async () => (await world.reader.list("Dispatch Job", [["order_id", "=", order]]))[0]?.name;
  if (!(await until(async () => (await jobOf()) !== undefined, 60_000))) return [`${order}: no visit`];
  const job = String(await jobOf());
  await plan(world, job);
  const pocket = new Pocket(pockets, job);
  const trap = `card ${moment ?? ""} ${order}`;
  if (moment) await world.hub.trap({ id: trap, moment, nth: 1 });
  await pocket.send(pocket.make({ kind: "sign_off", sign_off: { name: "Orage", signature: "data:image/png;base64,iVBORw0KGgo=" } }));
  await complete(pocket);
  await inDesk(world, "PUT", jobPath(job), { proof_override_reason: "signal mesuré sur place" });
  const invoices = () => world.reader.list("Sales Invoice", [["order_id", "=", order]]);
  const paid = await until(async () => {
    await world.quiet.hurry();
    return (await invoices()).some(({ outstanding_amount }) => outstanding_amount === 0);
  }, 120_000);
  const [invoice, ...more] = await invoices();
  const entries = (await world.reader.list("Payment Entry", [["party", "=", invoice?.["customer"]]])).map((entry) => [entry["docstatus"], entry["paid_amount"]].join());
  return [
    ...(paid && more.length === 0 ? [] : [`${order}: ${invoice ? more.length + 1 : 0} invoices, ${paid ? "" : "not "}paid`]),
    ...(entries.join(";") === `1,${String(invoice?.["grand_total"])}` ? [] : [`${order}: payments ${entries.join("; ") || "none"} for ${String(invoice?.["grand_total"])}`]),
    ...(moment === null || world.hub.sprung.has(trap) ? [] : [`${moment} was never reached`]),
  ];
}

async function run(world: World, seed: number, size: number): Promise<string[]> {
  const home = await homeOf(world);
  const opened = pockets.get(world) ?? Pockets.open(world);
  pockets.set(world, opened);
  const phones = await opened;
  const kills = seed % KILLS_EVERY === 0;
  const drawn = fc.sample(sequence(kills), { seed, numRuns: size });
  const cards = UNTIL_PAID.filter((moment) => !moment.startsWith("field."));
  const moment = cards[Math.floor(seed / KILLS_EVERY) % cards.length] ?? null;
  const [visited, card] = await Promise.all([
    Promise.allSettled(drawn.map((each) => visit(world, phones, home, each))),
    kills ? fromVisitToCard(world, phones, moment) : [],
  ]);
  await world.hub.clearTraps();
  await world.hub.ready();
  const complaints: string[] = [...card];
  for (const [index, outcome] of visited.entries()) {
    complaints.push(...(outcome.status === "fulfilled" ? await judge(world, outcome.value) : [`${JSON.stringify(drawn[index])}: ${String(outcome.reason)}`]));
  }
  return complaints.length === 0 ? [] : [...complaints, `replay: pnpm faults --only offline --seed ${seed} --runs ${size}`];
}

/** Batches of ten, each from a seed of its own. */
export function offlineCases(seed: number, sequences: number): Case[] {
  return Array.from({ length: Math.ceil(sequences / AT_ONCE) }, (_, batch) => ({
    name: `visits without a network, ${batch * AT_ONCE + 1} to ${Math.min(sequences, (batch + 1) * AT_ONCE)} of ${sequences}, seed ${seed + batch}`,
    quick: true,
    run: (world) => run(world, seed + batch, Math.min(AT_ONCE, sequences - batch * AT_ONCE)),
  }));
}
