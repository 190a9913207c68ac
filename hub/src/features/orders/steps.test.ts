import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstInvoice } from "@gigafibre/contracts/invoices";
import { centsFromDollars } from "@gigafibre/contracts/money";
import { unitOfWork } from "@gigafibre/contracts/unit-of-work";
import type { Step, StepValue, StepValues } from "@gigafibre/contracts/unit-of-work";
import { readDocTypes } from "../../../testing/doctypes.ts";
import { anyOrder, factsOf, sampleBody, sampleDrop, sampleInvoiceSettings } from "../../../testing/order-samples.ts";
import { buildSteps, orderNotes, phoneLinesOf } from "./steps.ts";
import type { OrderFacts } from "./steps.ts";

/** What the contract suite sends to ERPNext as a real order: the hub's own steps, kept as a file. `vitest -u` writes it anew. */
const contractSample = new URL("./order-sample.json", import.meta.resolve("@gigafibre/fixtures/erpnext/contract/order-sample")).pathname;

type Insert = Extract<Step, { op: "insert" }>;
const inserts = (steps: readonly Step[], doctype: string): Insert[] =>
  steps.filter((step): step is Insert => step.op === "insert" && step.doctype === doctype);
const count = (steps: readonly Step[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const step of steps) if (step.op === "insert") counts[step.doctype] = (counts[step.doctype] ?? 0) + 1;
  return counts;
};
const rows = (value: StepValue | undefined): StepValues[] => (Array.isArray(value) ? (value as StepValues[]) : []);
const cents = (value: StepValue | undefined): number => centsFromDollars(value as number);

function refsIn(value: StepValue): string[] {
  if (Array.isArray(value)) return (value as StepValues[]).flatMap((row) => Object.values(row).flatMap(refsIn));
  if (typeof value !== "object" || value === null) return [];
  if ("$ref" in value) return [String(value.$ref)];
  if ("$format" in value) return [...String(value.$format).matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? "");
  return [];
}

describe("the unit of work of an order", () => {
  it("of the example, with its invoice, is what the contract suite sends to ERPNext", async () => {
    const secrets = { wifi_ssid: "Gigafibre-1234", wifi_password: "exemple-du-contrat", sip_passwords: ["exemple-du-contrat"] };
    const steps = buildSteps(factsOf(sampleBody, { secrets, invoice: sampleInvoiceSettings }));
    await expect(`${JSON.stringify(steps, null, 2)}\n`).toMatchFileSnapshot(contractSample);
  });

  it("of the example is one Customer, Contact, Address, place and Project, five Subscriptions, four devices, eight Tasks and one job", () => {
    const steps = buildSteps(factsOf(sampleBody));
    expect(count(steps)).toEqual({
      Customer: 1,
      Contact: 1,
      Address: 1,
      "Service Location": 1,
      "Service Subscription": 5,
      "Service Equipment": 4,
      Project: 1,
      Task: 8,
      "Dispatch Job": 1,
    });
    expect(inserts(steps, "Service Subscription").map(({ values }) => values["item"])).toEqual(["FTTH150I", "TVBSTANDARD", "TELEPMENS", "SERV911", "RAB3X"]);
    expect(inserts(steps, "Service Equipment").map(({ values }) => values["equipment_type"])).toEqual(["ONT", "Routeur", "Décodeur TV", "Téléphone IP"]);
    expect(inserts(steps, "Task").map(({ values }) => [values["subject"], values["team"]])).toEqual([
      ["Préparer équipement", "support"],
      ["Assigner technicien", "dispatch"],
      ["Activer port OLT - 0/3/7", "support"],
      ["Configurer WiFi", "support"],
      ["Configurer VoIP", "support"],
      ["Installation sur site", "tech"],
      ["Vérifier signal ONT", "tech"],
      ["Confirmer service fonctionnel", "tech"],
    ]);
    const job = inserts(steps, "Dispatch Job")[0]?.values;
    expect(job).toMatchObject({
      order_id: "GF-7K3M-2Q9X",
      preferred_dates: [{ date: "2026-04-07" }, { date: "2026-04-09" }, { date: "2026-04-10" }],
      required_tags: [{ tag: "Fibre" }, { tag: "Installation" }],
      notes: "FTTH 150M + TV Standard + Phone",
      charges: [
        { item: "ACTTELEP", kind: "charge", quantity: 1, rate: 69.95 },
        { item: "STB", kind: "charge", quantity: 1, rate: 149.95 },
        { item: "STB", kind: "credit", quantity: 1, rate: 149.95, label: "1er décodeur offert" },
      ],
    });
    expect(rows(job?.["equipment_list"])).toHaveLength(4);
    expect(inserts(steps, "Project")[0]?.values["project_name"]).toEqual({ $format: "Installation - {customer.name}" });
    expect(inserts(steps, "Service Subscription")[2]?.values).toMatchObject({
      e911_address: "123 Rue de l'Église, Saint-Anicet (Québec) J0S 1M0",
      e911_accepted_on: "2026-04-01 09:05:09",
    });
  });

  it("is what the endpoint takes, and names only documents that an earlier step made", () => {
    fc.assert(
      fc.property(anyOrder, (facts) => {
        const steps = buildSteps(facts);
        expect(unitOfWork.safeParse({ key: "order:x#1", steps }).error).toBeUndefined();
        const made = new Set<string>();
        for (const step of steps) {
          const used = [
            ...("values" in step ? Object.values(step.values).flatMap(refsIn) : []),
            ...("name" in step ? refsIn(step.name) : []),
          ];
          for (const ref of used) expect(made).toContain(ref.split(".")[0]);
          if (step.op === "insert" && step.as) {
            expect(made).not.toContain(step.as);
            made.add(step.as);
          }
        }
      }),
    );
  });

  it("writes no field that its DocType does not have, and no option that its field does not offer", () => {
    const doctypes = readDocTypes();
    const check = (doctype: string, values: StepValues): void => {
      const fields = doctypes.get(doctype);
      expect(fields, doctype).toBeDefined();
      for (const [name, value] of Object.entries(values)) {
        const field = fields?.get(name);
        expect(field, `${doctype}.${name}`).toBeDefined();
        if (field?.fieldtype === "Select" && value !== "") expect(field.options?.split("\n"), `${doctype}.${name}`).toContain(value);
        if (Array.isArray(value)) for (const row of value as StepValues[]) check(String(field?.options), row);
      }
    };
    fc.assert(
      fc.property(anyOrder, (facts) => {
        for (const step of buildSteps(facts)) {
          if ("values" in step) check(step.doctype, step.values);
          if (step.op === "expect") check(step.doctype, step.filters);
        }
      }),
    );
  });

  it("gives every mandatory field of our own DocTypes", () => {
    const doctypes = readDocTypes();
    const ours = ["Service Location", "Service Subscription", "Service Equipment", "Dispatch Job"];
    for (const step of buildSteps(factsOf(sampleBody))) {
      if (step.op !== "insert" || !ours.includes(step.doctype)) continue;
      for (const field of doctypes.get(step.doctype)?.values() ?? []) {
        if (field.reqd) expect(step.values, `${step.doctype}.${field.fieldname}`).toHaveProperty(field.fieldname);
      }
    }
  });

  it("adds up to the price: subscriptions to the month, charges less credits to what is paid once", () => {
    fc.assert(
      fc.property(anyOrder, (facts) => {
        const steps = buildSteps(facts);
        const monthly = inserts(steps, "Service Subscription").reduce((sum, { values }) => sum + cents(values["price"]) * Number(values["quantity"]), 0);
        expect(monthly).toBe(facts.quote.monthly_cents);
        const once = rows(inserts(steps, "Dispatch Job")[0]?.values["charges"]).reduce((sum, row) => {
          expect(Number(row["rate"])).toBeGreaterThanOrEqual(0);
          return sum + cents(row["rate"]) * Number(row["quantity"]) * (row["kind"] === "credit" ? -1 : 1);
        }, 0);
        expect(once).toBe(facts.quote.one_time_cents);
      }),
    );
  });

  it("makes n of everything a phone line needs for n lines, and seven, eight or nine tasks", () => {
    fc.assert(
      fc.property(anyOrder, (facts) => {
        const steps = buildSteps(facts);
        const lines = phoneLinesOf(facts);
        const of = (sku: string): Insert[] => inserts(steps, "Service Subscription").filter(({ values }) => values["item"] === sku);
        expect(of("TELEPMENS")).toHaveLength(lines);
        expect(of("SERV911")).toHaveLength(lines);
        const phones = inserts(steps, "Service Equipment").filter(({ values }) => values["equipment_type"] === "Téléphone IP");
        expect(phones).toHaveLength(lines);
        expect(new Set(phones.map(({ values }) => values["custom_sip_username"])).size).toBe(lines);
        expect(of("TELEPMENS").filter(({ values }) => values["ported_from"] !== undefined)).toHaveLength(facts.body.phone?.keep_number ? 1 : 0);
        expect(inserts(steps, "Task")).toHaveLength(7 + (lines > 0 ? 1 : 0) + (facts.drop.on_request ? 1 : 0));
        expect(inserts(steps, "Task")[0]?.values["subject"] === "Construire le raccordement").toBe(facts.drop.on_request);
      }),
    );
  });

  it("draws nothing: the same order gives the same steps", () => {
    const facts = factsOf(sampleBody);
    expect(JSON.stringify(buildSteps(facts))).toBe(JSON.stringify(buildSteps(facts)));
  });

  it("puts nothing of the person where a template could read it", () => {
    const facts = factsOf({ ...sampleBody, customer: { ...sampleBody.customer, name: "{location.name}" } });
    const formats = buildSteps(facts).flatMap((step) => ("values" in step ? Object.values(step.values) : [])).filter((value) => typeof value === "object" && value !== null && "$format" in value);
    expect(formats).toEqual([{ $format: "Installation - {customer.name}" }]);
  });
});

describe("an order for a customer who exists", () => {
  const existing = (knows_email: boolean): OrderFacts => factsOf(sampleBody, { existing: { name: "Tremblay inc.", knows_email } });

  it("makes no Customer, keeps their main contact, and has a project name of its own", () => {
    const steps = buildSteps(existing(true));
    expect(count(steps)).not.toHaveProperty("Customer");
    expect(count(steps)).not.toHaveProperty("Contact");
    expect(inserts(steps, "Project")[0]?.values["project_name"]).toBe("Installation - Tremblay inc. - GF-7K3M-2Q9X");
    expect(inserts(steps, "Service Location")[0]?.values["customer"]).toBe("Tremblay inc.");
  });

  it("adds an e-mail that is new as a contact beside the main one", () => {
    expect(inserts(buildSteps(existing(false)), "Contact")[0]?.values).toMatchObject({ is_primary_contact: 0 });
  });
});

describe("an order paid before the installation", () => {
  it("is invoiced and submitted at once: positive lines, every reduction in the discount and named", () => {
    fc.assert(
      fc.property(
        anyOrder.filter((facts) => facts.invoice !== null),
        (facts) => {
          const steps = buildSteps(facts);
          const values = inserts(steps, "Sales Invoice")[0]?.values ?? {};
          const expected = firstInvoice(facts.quote, null);
          const lines = rows(values["items"]);
          for (const line of lines) expect(Number(line["rate"])).toBeGreaterThan(0);
          const gross = lines.reduce((sum, line) => sum + cents(line["rate"]) * Number(line["qty"]), 0);
          expect(gross - cents(values["discount_amount"])).toBe(expected.net_cents);
          expect(rows(values["discounts"]).reduce((sum, row) => sum + cents(row["amount"]), 0)).toBe(cents(values["discount_amount"]));
          expect(values).toMatchObject({ apply_discount_on: "Net Total", disable_rounded_total: 1 });
          expect(steps.at(-1)).toEqual({ op: "submit", doctype: "Sales Invoice", name: { $ref: "invoice.name" } });
        },
      ),
    );
  });

  it("of the example comes to 252.42", () => {
    const facts = factsOf({ ...sampleBody, payment: { method: "invoice_later" } }, { invoice: sampleInvoiceSettings });
    expect(firstInvoice(facts.quote, null).total_cents).toBe(25_242);
    expect(inserts(buildSteps(facts), "Sales Invoice")[0]?.values["discount_amount"]).toBe(159.95);
  });
});

describe("the notes of a job", () => {
  it("say the plan by its speed, and two lines as two", () => {
    const facts = factsOf({
      ...sampleBody,
      services: [
        { sku: "FTTH1500I", type: "internet" },
        { sku: "TELEPMENS", type: "phone", quantity: 2 },
      ],
    });
    expect(orderNotes(facts)).toBe("FTTH 1500M + 2 Phone");
  });

  it("tell dispatch what the date waits for", () => {
    const facts = factsOf({ ...sampleBody, preferred_dates: "contact_me" }, { drop: { ...sampleDrop, on_request: true } });
    expect(inserts(buildSteps(facts), "Dispatch Job")[0]?.values["notes"]).toBe(
      "FTTH 150M + TV Standard + Phone\nRaccordement à construire avant l'installation.\nAppeler le client pour la date.",
    );
  });
});
