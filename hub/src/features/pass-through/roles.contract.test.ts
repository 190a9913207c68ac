/** Each role with each DocType, through the hub: what the app declares is what staff are let do, on the stand-in and on a real site alike. */
import { openTarget } from "@gigafibre/fixtures/erpnext/contract/site";
import type { Client, Target } from "@gigafibre/fixtures/erpnext/contract/site";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startHub } from "../../../testing/hub.ts";
import { DOCTYPES, isNarrowed, MOVES, rightsOf, WORKFLOWS } from "../../../testing/rights.ts";

type Values = Record<string, unknown>;
/** A customer's place with what stands there, and whose job it is. */
interface Place {
  readonly customer: string;
  readonly location: string;
  /** Names by DocType, of all but settings. */
  readonly documents: Readonly<Record<string, string>>;
}

const STAFF = ["Ops Agent", "Dispatcher", "Field Technician", "Hub Service", "System Manager"] as const;
type Role = (typeof STAFF)[number];
const ROLES = [...STAFF, "guest"] as const;

let site: Target;
let hub: Awaited<ReturnType<typeof startHub>>;
let item: string;
let mine: Place;
let theirs: Place;
const people = {} as Record<Role, { client: Client; user: string }>;

/** A document of each DocType that somebody may make. */
const valuesFor = (doctype: string, customer: string, location: string): Values => {
  const at = { customer, service_location: location };
  const all: Record<string, Values> = {
    "Coverage Zone": { zone_name: site.unique("Zone") },
    "Device Profile": { profile_name: site.unique("Profil") },
    "Dispatch Job": { ...at, job_type: "Repair" },
    "Dispatch Tag": { tag: site.unique("Tag") },
    "Service Equipment": { ...at, equipment_type: "ONT" },
    "Service Location": { customer, address_line: "4 rang du Six", city: "Ormstown", postal_code: "J0S 1K0" },
    "Service Subscription": { ...at, item, service_type: "Internet", price: 10, quantity: 1 },
  };
  const values = all[doctype];
  if (!values) throw new Error(`the matrix does not know how to make a ${doctype}`);
  return values;
};

/** Something harmless to write into each. */
const changeOf: Readonly<Record<string, Values>> = {
  "Coverage Zone": { notes: "x" }, "Device Profile": { oui: "A1B2C3" }, "Dispatch Job": { notes: "x" }, "Dispatch Tag": { description: "x" },
  "Gigafibre Settings": { billing_day: 1 }, "Service Equipment": { brand: "x" }, "Service Location": { municipality: "x" },
  "Service Subscription": { order_id: "x" }, Technician: { home_latitude: 45.1 }, "Unit of Work": { on_behalf_of: "x" },
  "Document Rename": { new_name: "x" },
};

async function place(technician: string): Promise<Place> {
  const { administrator } = site;
  const customer = (await administrator.make("Customer", { customer_name: site.unique("Abonné") })).name;
  const location = (await administrator.make("Service Location", valuesFor("Service Location", customer, ""))).name;
  const documents: Record<string, string> = { "Service Location": location };
  for (const doctype of ["Coverage Zone", "Device Profile", "Dispatch Tag", "Service Equipment", "Service Subscription"]) {
    documents[doctype] = (await administrator.make(doctype, valuesFor(doctype, customer, location))).name;
  }
  documents["Dispatch Job"] = (await administrator.make("Dispatch Job", { ...valuesFor("Dispatch Job", customer, location), assigned_to: technician })).name;
  documents["Technician"] = (await administrator.make("Technician", { user: technician })).name;
  await administrator.commit(site.unique("key"), [{ op: "update", doctype: "Service Location", name: location, values: { municipality: "y" } }]);
  const units = await administrator.list("Unit of Work", { order_by: "creation desc", limit_page_length: 1 });
  const contact = (await administrator.make("Contact", { first_name: site.unique("Ancien") })).name;
  await administrator.method("frappe.client.rename_doc", { doctype: "Contact", old_name: contact, new_name: site.unique("Nouveau") });
  const renames = await administrator.list("Document Rename", { order_by: "creation desc", limit_page_length: 1 });
  documents["Document Rename"] = (renames.body.data as { name: string }[])[0]?.name ?? "";
  documents["Unit of Work"] = (units.body.data as { name: string }[])[0]?.name ?? "";
  return { customer, location, documents };
}

beforeAll(async () => {
  site = await openTarget();
  hub = await startHub({ ERPNEXT_URL: site.url });
  item = (await site.administrator.make("Item", { item_code: site.unique("SERVICE"), item_group: "Services", stock_uom: "Nos", is_stock_item: 0 })).name;
  for (const role of STAFF) {
    const { user, password } = await site.user({ last_name: role, roles: [{ role }] });
    people[role] = { user, client: await site.signIn(user, password, hub.url) };
  }
  mine = await place(people["Field Technician"].user);
  theirs = await place((await site.user({ roles: [{ role: "Field Technician" }] })).user);
});
afterAll(async () => {
  await hub.stop();
  await site.close();
});

/** What came of asking: let, refused, or something else, which no check expects. */
const outcome = ({ status, body }: { status: number; body: Values }): string =>
  status === 200 || status === 202 ? "let" : status === 403 && body["exc_type"] === "PermissionError" ? "refused" : `${status} ${JSON.stringify(body).slice(0, 300)}`;
const said = (may: boolean): string => (may ? "let" : "refused");

describe.each(DOCTYPES)("through the hub, $name", (doctype) => {
  const { name, issingle } = doctype;
  const nameAt = ({ documents }: Place): string => (issingle ? name : (documents[name] ?? ""));
  const makeable = !issingle && !["Technician", "Unit of Work", "Document Rename"].includes(name);

  it.each(STAFF)(`lets the role %s do with ${name} what it declares, and nothing more`, async (role) => {
    const { client, user } = people[role];
    const may = rightsOf(role, doctype);
    const narrowed = may.read && isNarrowed(role, name);
    const [own, other] = [nameAt(mine), nameAt(theirs)];
    const change = changeOf[name] ?? {};

    if (!issingle) {
      const list = await client.list(name, { filters: { name: ["in", [own, other]] } });
      expect(outcome(list)).toBe(said(may.read));
      if (may.read) expect((list.body["data"] as { name: string }[]).map((row) => row.name).sort()).toEqual((narrowed ? [own] : [own, other]).sort());
    }
    expect({ own: outcome(await client.get(name, own)), other: outcome(await client.get(name, other)) }).toEqual({
      own: said(may.read), other: said(may.read && !narrowed),
    });
    expect({ own: outcome(await client.update(name, own, change)), other: outcome(await client.update(name, other, change)) }).toEqual({
      own: said(may.write), other: said(may.write && !narrowed),
    });
    if (makeable) {
      const made = await client.insert(name, valuesFor(name, mine.customer, mine.location));
      expect(outcome(made)).toBe(said(may.create));
      if (may.create) expect(made.body["data"]).toMatchObject({ owner: user });
      if (narrowed) expect(outcome(await client.insert(name, valuesFor(name, theirs.customer, theirs.location)))).toBe("refused");
      const spare = (await site.administrator.make(name, valuesFor(name, mine.customer, mine.location))).name;
      expect(outcome(await client.remove(name, spare))).toBe(said(may.delete));
      expect((await site.administrator.get(name, spare)).status).toBe(may.delete ? 404 : 200);
    } else if (!issingle && !may.delete) {
      expect(outcome(await client.remove(name, other))).toBe("refused");
    }
  });

  it(`keeps guests from ${name} altogether`, async () => {
    const guest = site.caller({ cookie: "sid=Guest" }, hub.url);
    const own = nameAt(mine);
    const answers = [await guest.list(name), await guest.get(name, own), await guest.update(name, own, {}), await guest.insert(name, {}), await guest.remove(name, own)];
    expect(answers.map(({ status, body }) => [status, body["reason"]])).toEqual(answers.map(() => [401, "sign_in_required"]));
  });
});

describe.each(WORKFLOWS)("through the hub, the workflow of $document_type", ({ document_type: doctype, states, transitions }) => {
  const names = states.map(({ state }) => state);

  async function jobIn(state: string): Promise<string> {
    const values = {
      ...valuesFor(doctype, mine.customer, mine.location), assigned_to: people["Field Technician"].user,
      scheduled_start: "2026-04-07 09:00:00", scheduled_end: "2026-04-07 12:00:00",
    };
    const { name } = await site.administrator.make(doctype, values);
    if (state !== names[0]) expect((await site.administrator.update(doctype, name, { status: state })).status).toBe(200);
    return name;
  }

  for (const role of ROLES) {
    it.each(names)(`lets the role ${role} move a job from %s where its transitions lead, and nowhere else`, async (from) => {
      const client = role === "guest" ? site.caller({ cookie: "sid=Guest" }, hub.url) : people[role].client;
      const allowed = transitions.filter(({ state, allowed: by }) => state === from && by === role).map(({ next_state: to }) => to);
      let job = await jobIn(from);
      const reached: string[] = [];
      for (const to of names.filter((state) => state !== from)) {
        const answer = await client.update(doctype, job, { status: to });
        if (answer.status !== 200) {
          expect([401, 403, 417]).toContain(answer.status);
          continue;
        }
        expect(answer.body["data"]).toMatchObject({ status: to });
        reached.push(to);
        job = await jobIn(from);
      }
      expect(reached.sort()).toEqual([...new Set(allowed)].sort());
      expect(await site.administrator.read(doctype, job)).toMatchObject({ status: from });
    });
  }
});

describe.each(MOVES)("through the hub, the status of $doctype", ({ doctype, field, initial, allowed }) => {
  const states = [...new Set([...Object.keys(allowed), ...Object.values(allowed).flat()])];

  /** The shortest way from a first state. */
  function wayTo(state: string): string[] {
    const ways = initial.map((first) => [first]);
    for (const way of ways) {
      const last = way.at(-1) ?? "";
      if (last === state) return way.slice(1);
      ways.push(...(allowed[last] ?? []).filter((next) => !way.includes(next)).map((next) => [...way, next]));
    }
    throw new Error(`no way to ${state}`);
  }

  async function documentIn(state: string): Promise<string> {
    const { name } = await site.administrator.make(doctype, valuesFor(doctype, mine.customer, mine.location));
    for (const step of wayTo(state)) expect(await site.administrator.update(doctype, name, { [field]: step })).toMatchObject({ status: 200 });
    return name;
  }

  it.each(states)(`moves from %s only where the rules of ${doctype} lead`, async (from) => {
    const { client } = people["Hub Service"];
    let name = await documentIn(from);
    const reached: string[] = [];
    for (const to of states.filter((state) => state !== from)) {
      const answer = await client.update(doctype, name, { [field]: to });
      if (answer.status !== 200) {
        expect([answer.status, answer.body["exc_type"]]).toEqual([417, "ValidationError"]);
        continue;
      }
      reached.push(to);
      name = await documentIn(from);
    }
    expect(reached.sort()).toEqual([...(allowed[from] ?? [])].sort());
  });

  it(`begins a ${doctype} in ${initial.join(" or ")} and nowhere else`, async () => {
    for (const state of states) {
      const answer = await site.administrator.insert(doctype, { ...valuesFor(doctype, mine.customer, mine.location), [field]: state });
      expect(answer.status).toBe(initial.includes(state) ? 200 : 417);
    }
  });
});
