import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { startHub, WEBHOOK_SECRET } from "../../../testing/hub.ts";
import { answerJson, startScriptedErpnext } from "../../../testing/scripted-erpnext.ts";
import type { ScriptedErpnext, ScriptedRequest } from "../../../testing/scripted-erpnext.ts";
import { transaction } from "../../plugins/database.ts";
import { FOLLOWED } from "./followed.ts";
import { hint } from "./hints.ts";
import type { DocumentChange } from "./reactions.ts";
import { overlapBefore } from "./watermark.ts";

const patience = { timeout: 30_000, interval: 20 };
type Hub = Awaited<ReturnType<typeof startHub>>;
type Kept = Record<string, unknown> & { name: string; modified: string };

/** Documents as ERPNext answers them, and a hub that hears of them. */
class Site {
  readonly documents = new Map<string, Map<string, Kept>>();
  /** DocTypes that the hub may not list. */
  readonly refused = new Set<string>();

  put(doctype: string, document: Kept): void {
    const all = this.documents.get(doctype) ?? new Map<string, Kept>();
    this.documents.set(doctype, all.set(document.name, document));
  }

  remove(doctype: string, name: string, modified?: string): void {
    this.documents.get(doctype)?.delete(name);
    if (modified) this.put("Deleted Document", { name: `D-${name}`, modified, deleted_doctype: doctype, deleted_name: name });
  }

  #renamesOf(query: URLSearchParams): Kept[] {
    const wanted = JSON.parse(query.get("filters") ?? "[]") as [string, string, string][];
    return [...(this.documents.get("Document Rename")?.values() ?? [])].filter((note) => wanted.every(([field, , value]) => note[field] === value));
  }

  answer({ url }: ScriptedRequest): [number, unknown] {
    const { pathname, searchParams } = new URL(url, "http://site");
    if (pathname.endsWith("deletions.since")) {
      const gone = [...(this.documents.get("Deleted Document")?.values() ?? [])].filter(({ modified }) => modified >= (searchParams.get("modified") ?? ""));
      return [200, { message: gone.slice(Number(searchParams.get("start"))) }];
    }
    if (pathname.endsWith("lists.many")) return [200, { message: { lists: { technicians: [], absences: [] }, rights: {} } }];
    const [doctype = "", name] = pathname.replace("/api/resource/", "").split("/").map(decodeURIComponent);
    if (this.refused.has(doctype)) return [403, { exc_type: "PermissionError" }];
    const all = this.documents.get(doctype) ?? new Map<string, Kept>();
    if (name !== undefined) return all.has(name) ? [200, { data: all.get(name) }] : [404, { exc_type: "DoesNotExistError", exception: `${doctype} ${name} not found` }];
    if (doctype === "Document Rename" && !searchParams.has("order_by")) return [200, { data: this.#renamesOf(searchParams) }];
    const [[, , since] = ["", "", ""]] = JSON.parse(searchParams.get("filters") ?? "[]") as [string, string, string][];
    const newestFirst = searchParams.get("order_by") === "modified desc";
    const found = [...all.values()]
      .filter(({ modified }) => modified >= since)
      .sort((a, b) => (newestFirst ? -1 : 1) * a.modified.localeCompare(b.modified));
    const start = Number(searchParams.get("limit_start"));
    return [200, { data: found.slice(start, start + Number(searchParams.get("limit_page_length"))) }];
  }
}

describe("changes in ERPNext", () => {
  let erpnext: ScriptedErpnext;
  let site: Site;
  let hub: Hub;
  let changes: DocumentChange[];

  const send = (body: string, signature?: string) =>
    hub.app.inject({
      method: "POST",
      url: "/webhooks/erpnext",
      headers: { "content-type": "application/json", ...(signature === undefined ? {} : { "x-frappe-webhook-signature": signature }) },
      payload: body,
    });
  const sign = (body: string) => createHmac("sha256", WEBHOOK_SECRET).update(body).digest("base64");
  const hear = async (doctype: string, name: string) => {
    const body = JSON.stringify({ doctype, name, event: "on_update" });
    expect((await send(body, sign(body))).statusCode).toBe(200);
  };
  const events = async () =>
    (await hub.app.db.query<{ kind: string; name: string; audience: string[] }>("select kind, name, audience from event_log order by arrival")).rows;
  const settled = () =>
    vi.waitFor(async () => expect((await hub.app.db.query("select 1 from document_hint")).rowCount).toBe(0), patience);
  const told = () => changes.map(({ event, name, document }) => `${event} ${name} ${document?.modified ?? ""}`.trim());

  beforeAll(async () => {
    erpnext = await startScriptedErpnext();
    hub = await startHub({ ERPNEXT_URL: erpnext.url });
    hub.app.documentChanges.on("*", async (change) => void changes.push(change));
  });
  // A site that the hub has met, and on which nothing has happened since.
  beforeEach(async () => {
    site = new Site();
    erpnext.away = false;
    erpnext.script = (request, response) => answerJson(response, ...site.answer(request));
    await hub.app.db.query("truncate document_hint, document_seen, document_watermark, event_log");
    await hub.app.documentChanges.search();
    changes = [];
  });
  afterAll(async () => {
    await hub.stop();
    await erpnext.stop();
  });

  it("are taken from a signed webhook only", async () => {
    const body = JSON.stringify({ doctype: "Customer", name: "A" });
    for (const signature of [undefined, "", "nonsense", sign(`${body} `), createHmac("sha256", "other").update(body).digest("base64")]) {
      expect((await send(body, signature)).json()).toMatchObject({ status: 401, reason: "bad_signature" });
    }
    expect((await send("not json", sign("not json"))).statusCode).toBe(422);
    expect((await send(JSON.stringify({ doctype: "User", name: "A" }), sign(JSON.stringify({ doctype: "User", name: "A" })))).statusCode).toBe(200);
    expect((await hub.app.db.query("select 1 from document_hint")).rowCount).toBe(0);
  });

  it("are fetched again by name, told once for each version, in whatever order and number the hints come", async () => {
    site.put("Customer", { name: "Zoé/1", modified: "2026-04-01 10:00:00.000001", customer_name: "Zoé" });
    await Promise.all([hear("Customer", "Zoé/1"), hear("Customer", "Zoé/1"), hear("Customer", "Zoé/1")]);
    await settled();
    site.put("Customer", { name: "Zoé/1", modified: "2026-04-01 10:00:00.000002" });
    await hear("Customer", "Zoé/1");
    await settled();
    await hear("Customer", "Zoé/1");
    await settled();
    expect(told()).toEqual(["changed Zoé/1 2026-04-01 10:00:00.000001", "changed Zoé/1 2026-04-01 10:00:00.000002"]);
    expect(changes[0]?.document).toMatchObject({ customer_name: "Zoé" });
    expect(await events()).toHaveLength(2);
  });

  it("tell a deletion once, also of a document never seen before", async () => {
    site.put("Issue", { name: "I-1", modified: "2026-04-01 10:00:00.000001" });
    await hear("Issue", "I-1");
    await settled();
    site.remove("Issue", "I-1");
    await hear("Issue", "I-1");
    await hear("Issue", "I-2");
    await settled();
    await hear("Issue", "I-1");
    await hear("Issue", "I-2");
    await settled();
    expect(told().sort()).toEqual(["changed I-1 2026-04-01 10:00:00.000001", "deleted I-1", "deleted I-2"]);
  });

  it("tell a rename as one, whichever of its names is heard of first, and look at both", async () => {
    site.put("Project", { name: "Old", modified: "2026-04-01 10:00:00.000001" });
    await hear("Project", "Old");
    await settled();
    site.remove("Project", "Old");
    site.put("Project", { name: "New", modified: "2026-04-01 10:00:00.000001" });
    site.put("Document Rename", { name: "R-1", modified: "2026-04-01 10:01:00.000000", document_type: "Project", old_name: "Old", new_name: "New" });
    await hub.app.documentChanges.search();
    await settled();
    await hear("Project", "Old");
    await settled();
    expect(told().sort()).toEqual([
      "changed New 2026-04-01 10:00:00.000001",
      "changed Old 2026-04-01 10:00:00.000001",
      "changed R-1 2026-04-01 10:01:00.000000",
      "renamed Old",
    ]);
  });

  it("never take a refusal for a deletion", async () => {
    site.put("Issue", { name: "I-1", modified: "2026-04-01 10:00:00.000001" });
    site.refused.add("Issue");
    await hear("Issue", "I-1");
    await vi.waitFor(() => expect(erpnext.hubRequests.filter(({ url }) => url.includes("I-1")).length).toBeGreaterThan(0), patience);
    expect(changes).toEqual([]);
    site.refused.clear();
    await settled();
    expect(told()).toEqual(["changed I-1 2026-04-01 10:00:00.000001"]);
  });

  it("wait while ERPNext is away, and are reacted to when it is back", async () => {
    site.put("Task", { name: "T-1", modified: "2026-04-01 10:00:00.000001" });
    erpnext.away = true;
    await hear("Task", "T-1");
    await hub.app.documentChanges.search();
    erpnext.away = false;
    await settled();
    expect(told()).toEqual(["changed T-1 2026-04-01 10:00:00.000001"]);
  });

  it("are reacted to again until every handler is done, while the event was told once", async () => {
    let failures = 1;
    const calls: string[] = [];
    hub.app.documentChanges.on("Lead", async ({ name }) => {
      calls.push(name);
      if (failures-- > 0) throw new Error("not yet");
    });
    site.put("Lead", { name: "L-1", modified: "2026-04-01 10:00:00.000001" });
    await hear("Lead", "L-1");
    await settled();
    expect(calls).toEqual(["L-1", "L-1"]);
    expect(await events()).toHaveLength(1);
  });

  it("tell the technician of a job, and the one it was taken from", async () => {
    site.put("Dispatch Job", { name: "J-1", modified: "2026-04-01 10:00:00.000001", assigned_to: "tech1@gigafibre.test" });
    await hear("Dispatch Job", "J-1");
    await settled();
    site.put("Dispatch Job", { name: "J-1", modified: "2026-04-01 10:00:00.000002", assigned_to: "tech2@gigafibre.test" });
    await hear("Dispatch Job", "J-1");
    await settled();
    expect((await events()).map(({ audience }) => audience)).toEqual([["tech1@gigafibre.test"], ["tech2@gigafibre.test", "tech1@gigafibre.test"]]);
  });

  it("are found by search when no webhook told, each once", async () => {
    site.put("Customer", { name: "C-1", modified: "2026-04-01 10:00:00.000001" });
    site.put("Service Location", { name: "S-1", modified: "2026-04-01 10:00:00.000001" });
    site.put("Gigafibre Settings", { name: "Gigafibre Settings", modified: "2026-04-01 09:00:00.000000" });
    await hub.app.documentChanges.search();
    await settled();
    // Written before, committed later: behind the newest one met, but within the overlap.
    site.put("Customer", { name: "C-0", modified: "2026-04-01 09:10:00.000000" });
    // An hour was put back.
    site.put("Service Location", { name: "S-1", modified: "2026-04-01 09:00:00.000007" });
    await hub.app.documentChanges.search();
    await hub.app.documentChanges.search();
    await settled();
    expect(told().sort()).toEqual([
      "changed C-0 2026-04-01 09:10:00.000000",
      "changed C-1 2026-04-01 10:00:00.000001",
      "changed Gigafibre Settings 2026-04-01 09:00:00.000000",
      "changed S-1 2026-04-01 09:00:00.000007",
      "changed S-1 2026-04-01 10:00:00.000001",
    ]);
  });

  it("are found page by page, and a deletion by its record", async () => {
    for (let n = 0; n < 120; n++) site.put("Task", { name: `P-${n}`, modified: `2026-04-01 10:00:00.${String(n).padStart(6, "0")}` });
    await hub.app.documentChanges.search();
    await settled();
    expect(changes).toHaveLength(120);
    site.remove("Task", "P-7", "2026-04-01 10:05:00.000000");
    site.refused.add("Issue");
    await hub.app.documentChanges.search();
    await hub.app.documentChanges.search();
    await settled();
    expect(told().slice(120)).toEqual(["deleted P-7"]);
  });

  it("are met page by page, though more than a page are of one moment, as an import leaves them", async () => {
    for (let n = 0; n < 1_600; n++) site.put("Task", { name: `I-${n}`, modified: `2026-04-01 10:00:00.${String(Math.max(0, n - 1_100)).padStart(6, "0")}` });
    await hub.app.db.query("delete from document_watermark");
    await hub.app.documentChanges.search();
    const { rows } = await hub.app.db.query("select count(*)::int as met from document_seen where name like 'I-%'");
    expect(rows).toEqual([{ met: 1_600 }]);
  });

  it("are no news when the hub meets a site for the first time", async () => {
    site.put("Customer", { name: "old", modified: "2026-04-01 10:00:00.000000" });
    await hub.app.db.query("truncate document_watermark");
    await hub.app.documentChanges.search();
    await hub.app.documentChanges.search();
    const { rows } = await hub.app.db.query("select 1 from event_log union all select 1 from document_hint");
    expect(rows).toEqual([]);
  });

  it("are news all the same when they are heard of after the first search met them", async () => {
    await hub.app.db.query("truncate document_seen, document_watermark");
    site.put("Customer", { name: "made-meanwhile", modified: "2026-03-01 10:00:00.000000" });
    await hub.app.documentChanges.search();
    await hear("Customer", "made-meanwhile");
    await settled();
    await hear("Customer", "made-meanwhile");
    await settled();
    expect(told()).toEqual(["changed made-meanwhile 2026-03-01 10:00:00.000000"]);
    expect(await events()).toHaveLength(1);
  });

  it("are not lost when a hint comes while the document is being looked at", async () => {
    site.put("Project", { name: "P", modified: "2026-04-01 10:00:00.000001" });
    let release: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    hub.app.documentChanges.on("Project", () => held);
    await hear("Project", "P");
    await vi.waitFor(() => expect(changes).toHaveLength(1), patience);
    site.put("Project", { name: "P", modified: "2026-04-01 10:00:00.000002" });
    await hear("Project", "P");
    release?.();
    await settled();
    expect(told()).toEqual(["changed P 2026-04-01 10:00:00.000001", "changed P 2026-04-01 10:00:00.000002"]);
  });

  it("come from the caller's own transaction, or not at all", async () => {
    site.put("Project", { name: "P", modified: "2026-04-01 10:00:00.000001" });
    const rolledBack = transaction(hub.app.db, async (client) => {
      await hint(client, hub.app.workers, { doctype: "Project", name: "rolled back" });
      throw new Error("rolled back");
    });
    await expect(rolledBack).rejects.toThrow("rolled back");
    const queued = "select 1 from jobs.job where name = 'document-changed' and singleton_key = 'Project/rolled back'";
    expect((await hub.app.db.query(`select 1 from document_hint union all ${queued}`)).rowCount).toBe(0);
  });

  it("are followed for the DocTypes whose webhooks the app declares", async () => {
    const declared = new URL("../../../../erpnext-app/gigafibre_fsm/customizations/webhooks.json", import.meta.url);
    const webhooks = JSON.parse(await readFile(declared, "utf8")) as { doctype: string }[];
    expect([...FOLLOWED].sort()).toEqual(webhooks.map(({ doctype }) => doctype).sort());
  });

  it("are searched for 90 minutes before the newest one met", () => {
    expect(overlapBefore("2026-03-08 01:15:00.123456")).toBe("2026-03-07 23:45:00.123000");
    expect(overlapBefore("1970-01-01 00:00:00.000000")).toBe("1970-01-01 00:00:00.000000");
  });
});
