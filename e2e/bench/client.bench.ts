/**
 * How long a customer with 1,000 invoices and 1,000 issues takes to be shown, over HTTP, by a hub that runs as it does in production: one overview,
 * beside one REST call a panel through the same hub, a browser's six at a time. The invoices are drafts.
 */
import { Pool as HttpPool } from "undici";
import { customerOverview, PANEL_PAGE } from "@gigafibre/contracts/customer-360";
import { givenSite } from "@gigafibre/fixtures/demo/given-site";
import { openWorld, prepareWorld } from "../faults/world.ts";
import { between, inTurns, milliseconds, percentile } from "./figures.ts";
import type { Figure } from "./figures.ts";

const LIMIT_MS = 400;
const MANY = 1_000;
const AT_ONCE = 200;
const CONNECTIONS = 6;

export async function run({ quick = false }: { quick?: boolean } = {}): Promise<Figure[]> {
  const { prepared, stop } = await prepareWorld({ doors: 20, durable: true, site: givenSite() });
  try {
    const world = await openWorld(prepared, {});
    const erpnext = new HttpPool(world.erpnextUrl, { connections: 1 });
    const hub = new HttpPool(world.hub.url, { connections: CONNECTIONS });
    try {
      const authorization = `token ${prepared.apiKey}:${prepared.apiSecret}`;
      const post = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
        const answer = await erpnext.request({ method: "POST", path, headers: { authorization, "content-type": "application/json" }, body: JSON.stringify(body) });
        const text = await answer.body.text();
        if (answer.statusCode >= 400) throw new Error(`${path}: ${answer.statusCode} ${text.slice(0, 500)}`);
        return JSON.parse(text) as Record<string, unknown>;
      };
      const made = async (doctype: string, values: object): Promise<string> => ((await post(`/api/resource/${encodeURIComponent(doctype)}`, values))["data"] as { name: string }).name;
      const customer = await made("Customer", { customer_name: `Mille ${Date.now()}`, customer_group: "Résidentiel", territory: "Canada" });
      const links = [{ link_doctype: "Customer", link_name: customer }];
      await made("Contact", { first_name: "Mille", links, phone_nos: [{ phone: "450 555-0111", is_primary_mobile_no: 1 }] });
      const service_location = await made("Service Location", { customer, address_line: "1 rue Mille", city: "Huntingdon", postal_code: "J0S 1H0" });
      await made("Service Equipment", { customer, service_location, equipment_type: "Routeur", serial_number: `MILLE${Date.now()}` });
      const [item] = ((await post("/api/method/frappe.client.get_list", { doctype: "Item", filters: { service_type: "Internet" } }))["message"] as { name: string }[]);
      const invoice = { doctype: "Sales Invoice", customer, items: [{ item_code: item?.name, qty: 1, rate: 79.95 }] };
      for (let done = 0; done < MANY; done += AT_ONCE) {
        await post("/api/method/frappe.client.insert_many", { docs: Array.from({ length: AT_ONCE }, (_, n) => ({ doctype: "Issue", customer, subject: `Appel ${done + n}` })) });
        await post("/api/method/frappe.client.insert_many", { docs: Array.from({ length: AT_ONCE }, () => invoice) });
      }

      const get = async (path: string): Promise<unknown> => {
        const answer = await hub.request({ method: "GET", path, headers: { cookie: world.agent } });
        const text = await answer.body.text();
        if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${text.slice(0, 500)}`);
        return JSON.parse(text) as unknown;
      };
      const list = (doctype: string, filters: unknown, more: Record<string, string> = {}): string =>
        `/api/resource/${encodeURIComponent(doctype)}?${new URLSearchParams({ fields: '["*"]', filters: JSON.stringify(filters), limit_page_length: "0", ...more }).toString()}`;
      const theirs = [["customer", "=", customer]];
      const linked = [["Dynamic Link", "link_doctype", "=", "Customer"], ["Dynamic Link", "link_name", "=", customer]];
      const newest = { order_by: "creation desc", limit_page_length: String(PANEL_PAGE) };
      const panels = [
        `/api/resource/Customer/${encodeURIComponent(customer)}`,
        list("Contact", linked), list("Address", linked), list("Service Location", theirs), list("Service Subscription", theirs), list("Service Equipment", theirs),
        list("Sales Invoice", theirs, newest), list("Sales Invoice", [...theirs, ["outstanding_amount", "!=", 0], ["docstatus", "=", 1]]),
        list("Payment Entry", [["party", "=", customer]], newest), list("Issue", theirs, newest), list("Dispatch Job", theirs, newest),
      ];
      const together: number[] = [];
      const apart: number[] = [];
      for (let round = -2; round < (quick ? 10 : 40); round += 1) {
        const [one, answer] = await between(() => get(`/api/customers/${encodeURIComponent(customer)}/overview`));
        const [many] = await between(() => inTurns(panels, CONNECTIONS, get));
        if (round < 0) {
          const { invoices, thread } = customerOverview.parse(answer);
          if (invoices?.count !== MANY || thread.entries.length !== PANEL_PAGE) throw new Error(`the overview has ${invoices?.count ?? 0} invoices`);
          continue;
        }
        together.push(one);
        apart.push(many);
      }
      const [p50, p95, plain] = [percentile(together, 50), percentile(together, 95), percentile(apart, 50)];
      return [
        {
          name: `a customer with ${MANY} invoices and ${MANY} issues, in one round trip`,
          figure: `p50 ${milliseconds(p50)}, p95 ${milliseconds(p95)}`,
          baseline: `${panels.length} REST calls, ${CONNECTIONS} at a time, without comments, messages, changes and rights: p50 ${milliseconds(plain)}, ${(plain / p50).toFixed(1)} times as long`,
          limit: `p95 ${LIMIT_MS} ms`,
          met: p95 <= LIMIT_MS,
        },
      ];
    } finally {
      await Promise.all([erpnext.close(), hub.close()]);
      await world.stop();
    }
  } finally {
    await stop();
  }
}
