/** At the end, over the whole site: what stands in ERPNext is what was found of each order, and not one document more. */
import { COUNTED } from "./read-back.ts";
import type { Counts, Found } from "./read-back.ts";
import type { World } from "./world.ts";

const OF_AN_ORDER: Readonly<Record<keyof Counts, (found: Found) => number>> = {
  Customer: (found) => found.customers.length,
  Contact: (found) => found.contacts.length,
  Address: (found) => found.addresses.length,
  "Service Location": (found) => found.locations.length,
  "Service Subscription": (found) => found.subscriptions.length,
  "Service Equipment": (found) => found.equipment.length,
  Project: (found) => found.projects.length,
  Task: (found) => found.tasks.length,
  "Dispatch Job": (found) => found.jobs.length,
  "Sales Invoice": (found) => found.invoices.length,
  "Payment Entry": () => 0,
  Issue: (found) => found.issues.length,
};

/** What was wrong, in words. */
export async function wholeSite(world: World): Promise<string[]> {
  await world.quiet.wait();
  const now = await world.reader.counts();
  const complaints = COUNTED.flatMap((doctype) => {
    const ofOrders = [...world.ledger.values()].reduce((sum, found) => sum + OF_AN_ORDER[doctype](found), 0);
    const wanted = world.desk[doctype] + ofOrders;
    return now[doctype] === wanted ? [] : [`${now[doctype]} ${doctype} on the site, not ${wanted}`];
  });
  const told = (await world.reader.messages()).filter(({ channel }) => channel === "sms").length;
  const sms = [...world.ledger.values()].reduce((sum, found) => sum + found.messages.filter(({ channel }) => channel === "sms").length, 0);
  return told === sms ? complaints : [...complaints, `${told} SMS in the inbox, not ${sms}`];
}
