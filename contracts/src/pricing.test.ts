import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyBasket, anySelection, invoiceOf } from "@gigafibre/fixtures/demo/baskets";
import { demoCatalog, examples, zones } from "@gigafibre/fixtures/demo/catalog";
import { firstInvoice } from "./invoices.ts";
import { billingPeriod } from "./dates.ts";
import { comboCount, quote, taxesOn } from "./pricing.ts";
import type { Selection } from "./pricing.ts";

const family: Selection = {
  services: [{ sku: "FTTH150I" }, { sku: "TVBSTANDARD" }, { sku: "TELEPMENS" }],
  tv_boxes: 1,
  commitment_months: 0,
  special_discount: false,
  free_tv_box: true,
};

describe("the price of an order", () => {
  it("is the worked example's, to the cent", () => {
    const priced = quote(demoCatalog("standard"), family);
    expect(priced.monthly_cents).toBe(examples[0]?.monthly_cents);
    expect(priced.one_time_cents).toBe(examples[0]?.one_time_cents);
    expect(priced.monthly.map((line) => line.sku)).toEqual(["FTTH150I", "TVBSTANDARD", "TELEPMENS", "SERV911", "RAB3X"]);
  });

  it("adds the zone's difference to the internet plan only", () => {
    const [near, far] = [quote(demoCatalog("standard"), family), quote(demoCatalog("eloigne"), family)];
    expect(far.monthly_cents - near.monthly_cents).toBe(1000);
    expect(far.one_time_cents).toBe(near.one_time_cents);
  });

  it("gives one combo by what counts, and never a free box for TV without a price", () => {
    const catalog = demoCatalog();
    expect(comboCount(catalog, [{ sku: "FTTH25" }, { sku: "TELE" }])).toBe(1);
    expect(comboCount(catalog, [{ sku: "FTTH25" }, { sku: "TVBEVO" }, { sku: "TVFILMS" }, { sku: "TELEPMENS", quantity: 2 }])).toBe(4);
  });

  it("charges every box but the first, and the first only when it is not due free", () => {
    const boxes = (free_tv_box: boolean) => quote(demoCatalog(), { ...family, services: family.services.slice(0, 2), tv_boxes: 3, free_tv_box });
    expect(boxes(true).one_time_cents).toBe(2 * 14995);
    expect(boxes(false).one_time_cents).toBe(3 * 14995);
  });

  it("refuses to price what is not sold rather than price it as free", () => {
    expect(() => quote(demoCatalog(), { ...family, services: [{ sku: "FTTH9000" }] })).toThrow(RangeError);
  });

  it("is always whole cents, the sum of its lines, with exactly the discounts its rules give", () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), anySelection, (zone, selection) => {
        const catalog = demoCatalog(zone);
        const priced = quote(catalog, selection);
        for (const line of [...priced.monthly, ...priced.once]) {
          expect(Number.isSafeInteger(line.amount_cents)).toBe(true);
          expect(line.amount_cents).toBe(line.unit_cents * line.quantity);
        }
        expect(priced.monthly_cents).toBe(priced.monthly.reduce((sum, line) => sum + line.amount_cents, 0));
        expect(priced.one_time_cents).toBeGreaterThanOrEqual(0);
        const combos = priced.monthly.filter((line) => /^RAB\dX$/.test(line.sku)).map((line) => line.unit_cents);
        const expected = { 1: [], 2: [-500], 3: [-1000] }[comboCount(catalog, selection.services)] ?? [-1500];
        expect(combos).toEqual(expected);
        const lines = (sku: string) => [...priced.monthly, ...priced.once].filter((line) => line.sku === sku).map((line) => line.quantity);
        const phones = selection.services.flatMap(({ sku, quantity }) => (sku === "TELEPMENS" ? [quantity] : []));
        for (const sku of ["TELEPMENS", "SERV911", "ACTTELEP"]) expect(lines(sku)).toEqual(phones);
      }),
      { numRuns: 500 },
    );
  });

  it("takes each tax from the net, half up", () => {
    expect(taxesOn(9995)).toEqual({ tps_cents: 500, tvq_cents: 997, total_cents: 11492 });
    expect(taxesOn(850).tps_cents).toBe(43);
  });
});

describe("the first invoice", () => {
  const priced = quote(demoCatalog("standard"), family);

  it("counts the days of a first month as the worked example does", () => {
    const invoice = firstInvoice(priced, { activated_on: "2026-04-12", billing_day: 1 });
    const example = examples[1];
    expect(invoice).toMatchObject({
      net_cents: example?.net_cents,
      tps_cents: example?.tps_cents,
      tvq_cents: example?.tvq_cents,
      total_cents: example?.total_cents,
      billed_until: "2026-05-01",
    });
    expect(invoice.reductions.map((reduction) => reduction.amount_cents)).toEqual([1000 * 19 / 30, 14995].map((c) => Math.round(c)));
  });

  it("takes one whole month when an agent invoices at the order", () => {
    const example = examples[2];
    expect(firstInvoice(priced, null)).toMatchObject({ net_cents: example?.net_cents, total_cents: example?.total_cents, billed_until: null });
  });

  it("has positive lines and positive named reductions whose difference is the net, and never exceeds the whole month", () => {
    fc.assert(
      fc.property(anyBasket, (basket) => {
        const invoice = invoiceOf(basket);
        expect(invoice.lines.every((line) => line.unit_cents > 0)).toBe(true);
        expect(invoice.reductions.every((reduction) => reduction.amount_cents > 0)).toBe(true);
        const gross = invoice.lines.reduce((sum, line) => sum + line.unit_cents * line.quantity, 0);
        const off = invoice.reductions.reduce((sum, reduction) => sum + reduction.amount_cents, 0);
        expect(gross - off).toBe(invoice.net_cents);
        if (basket.activation) expect(invoice.billed_until! > basket.activation.activated_on).toBe(true);
        else expect(invoice.billed_until).toBeNull();
        const whole = invoiceOf({ ...basket, activation: null });
        expect(gross).toBeLessThanOrEqual(whole.lines.reduce((sum, line) => sum + line.unit_cents * line.quantity, 0));
      }),
    );
  });

  it("counts the days in each unit price, discounts too, before the quantity, and never in what is charged once", () => {
    /** Of the price by hand: a unit's share in whole cents, a half and more upwards whatever its sign. */
    const share = (cents: number, days: number, of: number): number => {
      const [magnitude, half] = [BigInt(Math.abs(cents)) * BigInt(days) * 2n, BigInt(of)];
      return Math.sign(cents) * Number((magnitude + half) / (2n * half));
    };
    fc.assert(
      fc.property(anyBasket, ({ zone, selection, activation }) => {
        const priced = quote(demoCatalog(zone), selection);
        const { days_left, days } = activation ? billingPeriod(activation.activated_on, activation.billing_day) : { days_left: 1, days: 1 };
        const wanted = [...priced.monthly.map((line) => ({ ...line, unit_cents: share(line.unit_cents, days_left, days) })), ...priced.once];
        const invoice = firstInvoice(priced, activation);
        expect(invoice.lines.map(({ sku, quantity, unit_cents }) => [sku, quantity, unit_cents])).toEqual(
          wanted.filter(({ unit_cents }) => unit_cents > 0).map(({ sku, quantity, unit_cents }) => [sku, quantity, unit_cents]),
        );
        expect(invoice.reductions.map(({ sku, amount_cents }) => [sku, amount_cents])).toEqual(
          wanted.filter(({ unit_cents }) => unit_cents < 0).map(({ sku, quantity, unit_cents }) => [sku, -unit_cents * quantity]),
        );
      }),
      { numRuns: 500 },
    );
  });
});
