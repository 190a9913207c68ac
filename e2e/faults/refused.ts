/** Orders that ERPNext refuses: a person is called for once, the port stays held, nothing else is written. */
import { randomUUID } from "node:crypto";
import { ALL_IN_DOUBT, complaintsOf, settle, until } from "./case.ts";
import type { Case } from "./case.ts";
import type { Shopper } from "./shopper.ts";
import type { World } from "./world.ts";

const NEEDS_ATTENTION_WITHIN_MS = 60_000;

/** Someone in Desk has already put a place on this order's drop: ERPNext will refuse the order's unit of work. Answers the place's name. */
async function sellInDesk(world: World, shopper: Shopper): Promise<string> {
  const customer = await world.reader.write("POST", "/api/resource/Customer", {
    customer_name: `Vendu au comptoir ${randomUUID().slice(0, 8)}`,
    customer_type: "Individual",
    customer_group: "Résidentiel",
  });
  const { name } = customer.body["data"] as { name: string };
  const place = await world.reader.write("POST", "/api/resource/Service Location", {
    customer: name,
    status: "Pending Install",
    connection_type: "FTTH",
    address_line: "1 Rang du Comptoir",
    city: "Havelock",
    postal_code: "J0S 2C0",
    fibre_id: shopper.body.address.fibre_id,
  });
  world.madeInDesk({ Customer: 1, "Service Location": 1 });
  if (place.status >= 400) throw new Error(`the place could not be made in Desk: ${JSON.stringify(place.body)}`);
  return (place.body["data"] as { name: string }).name;
}

/** Refused, mended in Desk, and tried again by two agents who press at the same moment; the process is killed in between. */
async function mended(world: World): Promise<string[]> {
  const shopper = world.shopper();
  await shopper.prepare();
  const place = await sellInDesk(world, shopper);
  await shopper.pressUntilTold();
  const order = shopper.accepted?.order_id ?? "";
  const read = async () => world.reader.find(shopper, { messages: await world.reader.messages(), events: [] });
  if (!(await until(async () => (await read()).status?.state === "needs_attention", NEEDS_ATTENTION_WITHIN_MS))) return ["the order never needed attention"];
  await world.quiet.wait();
  await world.reader.write("DELETE", `/api/resource/Service Location/${place}`);
  world.madeInDesk({ "Service Location": -1 });
  const trap = `mended ${shopper.number}`;
  await world.hub.trap({ id: trap, moment: "order.after_commit_answer", nth: 1 });
  const retry = () =>
    fetch(`${world.hub.url}/api/orders/${order}/retry`, { method: "POST", headers: { cookie: world.agent, origin: world.hub.url } }).catch(() => undefined);
  await Promise.all([retry(), retry()]);
  const reached = await until(() => world.hub.sprung.has(trap), NEEDS_ATTENTION_WITHIN_MS);
  await world.hub.ready();
  await retry();
  const judged = await settle(world, [{ shoppers: [shopper], drops: 1, doubt: ALL_IN_DOUBT, refusedAtFirst: true }]);
  return [...(reached ? [] : ["the order was not tried again"]), ...complaintsOf(judged), ...(judged[0]?.orders === 1 ? [] : ["the mended order was not made"])];
}

async function refused(world: World, killAt: string | undefined): Promise<string[]> {
  const shopper = world.shopper();
  await shopper.prepare();
  await sellInDesk(world, shopper);
  const trap = `refused ${shopper.number}`;
  if (killAt !== undefined) await world.hub.trap({ id: trap, moment: killAt, nth: 1 });
  await shopper.pressUntilTold();
  const complaints: string[] = [];
  if (killAt !== undefined && !(await until(() => world.hub.sprung.has(trap), NEEDS_ATTENTION_WITHIN_MS))) complaints.push(`${killAt} was never reached`);
  await world.hub.ready();
  await world.hub.clearTraps();
  await world.quiet.wait();

  const read = async () => world.reader.find(shopper, { messages: await world.reader.messages(), events: await world.reader.events() });
  await until(async () => {
    const found = await read();
    return found.issues.length > 0 && found.status?.state === "needs_attention";
  }, NEEDS_ATTENTION_WITHIN_MS);
  const found = await read();
  world.ledger.set(shopper.number, found);
  if (found.status?.state !== "needs_attention") complaints.push(`the status page says ${found.status?.state ?? "nothing"}, not needs_attention`);
  if (found.issues.length !== 1) complaints.push(`${found.issues.length} Issues, not 1`);
  if (found.address !== "occupied") complaints.push(`the port is not held: ${found.address}`);
  const written = { ...found, issues: [], messages: [], events: [], payments: [] };
  for (const [kind, list] of Object.entries(written)) if (Array.isArray(list) && list.length > 0) complaints.push(`${list.length} ${kind}, not 0`);
  const told = found.messages.filter(({ channel }) => channel === "sms" || channel === "email");
  if (told.length > 0) complaints.push(`the person was sent ${told.length} confirmations`);
  if (found.events.length > 0) complaints.push(`${found.events.length} order.created events, not 0`);
  const called = found.messages.filter(({ channel }) => channel === "slack").length;
  if (called !== 1) complaints.push(`dispatch was called ${called} times, not once`);
  if (found.payments.length > 0) complaints.push(`${found.payments.length} payments, not 0`);
  return complaints;
}

export const ISSUE_CASES: readonly Case[] = [
  { name: "ERPNext refuses the order: one Issue, the port held, nothing else", quick: true, run: (world) => refused(world, undefined) },
  {
    name: "killed at order.attention_committed (ERPNext's refusal is noted; no Issue yet): one Issue all the same",
    quick: true,
    run: (world) => refused(world, "order.attention_committed"),
  },
  { name: "a refused order is mended in Desk, tried again twice at once, and killed in between: one order", quick: true, run: mended },
];
