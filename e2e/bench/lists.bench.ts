/**
 * A list of 50,000 documents as the office's app reads it, through the hub and ERPNext's permissions: a page at its top, in its middle and at its end,
 * by a column with an index and by one without, beside all of it in one answer.
 */
import { Pool as HttpPool } from "undici";
import { openWorld, prepareWorld } from "../faults/world.ts";
import { loadDevices } from "./device-world.ts";
import { between, milliseconds, percentile } from "./figures.ts";
import type { Figure } from "./figures.ts";

const ROWS = 50_000;
const PAGE = 100;

export async function run({ quick = false }: { quick?: boolean } = {}): Promise<Figure[]> {
  const { prepared, stop } = await prepareWorld({ doors: 20, durable: true });
  try {
    await loadDevices(prepared, ROWS);
    const world = await openWorld(prepared, {});
    const hub = new HttpPool(world.hub.url, { connections: 3 });
    try {
      const ask = async (method: string, body: object): Promise<{ message: unknown; bytes: number }> => {
        const answer = await hub.request({ method: "POST", path: `/api/method/${method}`, headers: { cookie: world.agent, origin: world.hub.url, "content-type": "application/json" }, body: JSON.stringify(body) });
        const text = await answer.body.text();
        if (answer.statusCode !== 200) throw new Error(`${method}: ${answer.statusCode} ${text.slice(0, 500)}`);
        return { message: (JSON.parse(text) as { message: unknown }).message, bytes: text.length };
      };
      const doctype = "Service Equipment";
      const fields = JSON.stringify(["name", "modified", "equipment_type", "serial_number", "mac_address", "customer", "service_location", "status", "connection_state", "rx_power_dbm"]);
      const page = (sort: string, start: number, length: number) =>
        ask("frappe.client.get_list", { doctype, fields, order_by: [sort, "name"].map((field) => `\`tab${doctype}\`.\`${field}\` desc`).join(", "), limit_start: start, limit_page_length: length });
      const count = () => ask("frappe.desk.reportview.get_count", { doctype, filters: "[]" });
      const { message: rows } = await count();
      if (Number(rows) < ROWS) throw new Error(`${String(rows)} rows`);

      const counts: number[] = [];
      const pages = { modified: [] as number[], serial_number: [] as number[] };
      for (let round = -1; round < (quick ? 5 : 20); round += 1) {
        const [counted] = await between(count);
        if (round >= 0) counts.push(counted);
        for (const sort of ["modified", "serial_number"] as const) {
          for (const start of [0, ROWS / 2, ROWS - PAGE]) {
            const [taken, { message }] = await between(() => page(sort, start, PAGE));
            if ((message as unknown[]).length !== PAGE) throw new Error(`a page of ${(message as unknown[]).length} at ${start}`);
            if (round >= 0) pages[sort].push(taken);
          }
        }
      }
      const [whole, { bytes }] = await between(() => page("modified", 0, 0));
      return Object.entries(pages).map(([sort, taken]): Figure => {
        const [p50, p95] = [percentile(taken, 50), percentile(taken, 95)];
        return {
          name: `a page of ${PAGE} of a list of ${ROWS} documents by ${sort}: at its top, its middle and its end`,
          figure: `p50 ${milliseconds(p50)}, p95 ${milliseconds(p95)}; how many there are, once a question: p50 ${milliseconds(percentile(counts, 50))}`,
          baseline: `the whole in one answer: ${milliseconds(whole)}, ${(bytes / 1e6).toFixed(1)} MB`,
          limit: "p50 a third of the whole",
          met: p50 <= whole / 3,
        };
      });
    } finally {
      await hub.close();
      await world.stop();
    }
  } finally {
    await stop();
  }
}
