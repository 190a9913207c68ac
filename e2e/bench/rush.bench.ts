/**
 * Two hundred people press at the same moment. Afterwards everything is read back from ERPNext: one of each document for each of them, each drop once,
 * and over the whole site not one document more. With ERPNEXT_URL on a real site, which must be marked as one for tests.
 */
import { givenSite } from "@gigafibre/fixtures/demo/given-site";
import { complaintsOfOrder } from "../faults/case.ts";
import { wholeSite } from "../faults/whole-site.ts";
import { openWorld, prepareWorld } from "../faults/world.ts";
import { between, inTurns, milliseconds, percentile } from "./figures.ts";
import type { Figure } from "./figures.ts";

const ORDERS = 200;
const QUICK_ORDERS = 40;
const WITHIN_MS = 1_800_000;
/** Questions to ERPNext at once while reading back. */
const READERS = 4;

/** What the hub logs each time it leaves an order for later. */
const LEFT_FOR_LATER = /"queue":"orders".*?commit: (?<why>[^"\\]+)/;

export async function run({ quick = false }: { quick?: boolean } = {}): Promise<Figure[]> {
  const site = givenSite();
  const count = quick ? QUICK_ORDERS : ORDERS;
  // Every tenth door of the village is a duplex, every eighth is yet to be built.
  const { prepared, stop } = await prepareWorld({ doors: Math.ceil(count * 1.5) + 20, durable: true, site });
  try {
    const retries = new Map<string, number>();
    const world = await openWorld(prepared, {
      log: (line) => {
        const why = LEFT_FOR_LATER.exec(line)?.groups?.["why"];
        if (why !== undefined) retries.set(why, (retries.get(why) ?? 0) + 1);
      },
    });
    try {
      const shoppers = Array.from({ length: count }, () => world.shopper());
      await inTurns(shoppers, READERS, (shopper) => shopper.prepare());
      const began = performance.now();
      const created = new Map<string, number>();
      world.hub.onMoment(({ moment, subject }) => {
        if (moment === "order.created_committed") created.set(subject, performance.now() - began);
      });
      const answers = await Promise.all(shoppers.map(async (shopper) => (await between(() => shopper.pressUntilTold()))[0]));
      await world.quiet.wait(WITHIN_MS);
      const last = Math.max(...created.values());

      const all = { messages: await world.reader.messages(), events: await world.reader.events() };
      const complaints = await inTurns(shoppers, READERS, (shopper) => complaintsOfOrder(world, shopper, all));
      const drops = new Set([...world.ledger.values()].flatMap(({ locations }) => locations.map((location) => location["fibre_id"])));
      const wrong = [
        ...complaints.flat(),
        ...(drops.size === count ? [] : [`${drops.size} drops hold ${count} orders`]),
        ...(await wholeSite(world)),
        ...world.hub.deaths,
      ];
      for (const complaint of wrong) console.error(`    ${complaint}`);
      const told = [...retries].map(([why, times]) => `${times} × ${why}`).join(", ");
      return [
        {
          name: `${count} orders at once (${prepared.site ?? "the stand-in"})`,
          figure: `all in ERPNext after ${(last / 1000).toFixed(1)} s, ${((count * 1000) / last).toFixed(2)} orders/s; sent again: ${told || "none"}`,
          baseline: `the answers to the people: p50 ${milliseconds(percentile(answers, 50))}, p95 ${milliseconds(percentile(answers, 95))}`,
          limit: `none lost, none twice, each drop once: ${wrong.length} complaints`,
          met: wrong.length === 0,
        },
      ];
    } finally {
      await world.stop();
    }
  } finally {
    await stop();
  }
}
