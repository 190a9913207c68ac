import { describe, expect, it } from "vitest";
import { demoCatalog } from "@gigafibre/fixtures/demo/catalog";
import { catalogFromErpnext } from "./from-erpnext.ts";
import type { ErpnextCatalogue } from "./from-erpnext.ts";

const TODAY = "2026-04-07";
const SERVICE: Record<string, string> = {
  internet: "Internet", tv: "TV", tv_addon: "TV", phone: "Phone", phone_fee: "Fee", phone_activation: "Phone", tv_box: "TV", discount: "Discount",
};

/** The demo catalogue as ERPNext would list it. */
function erpnext(): { items: Record<string, unknown>[]; prices: Record<string, unknown>[]; zones: string[] } {
  const { items } = demoCatalog("standard");
  return {
    zones: ["standard"],
    items: items.map((item) => ({
      name: item.sku,
      item_name: item.name,
      item_group: item.kind === "tv_addon" ? "Chaînes" : "Services",
      service_type: SERVICE[item.kind],
      one_time: item.per === "once" ? 1 : 0,
      prorated: item.prorated ? 1 : 0,
      download_mbps: item.download_mbps ?? 0,
      upload_mbps: item.upload_mbps ?? 0,
      line_profile: item.line_profile,
    })),
    prices: items.map((item) => ({ item_code: item.sku, price_list: "standard", price_list_rate: item.price_cents / 100, currency: "CAD" })),
  };
}

function read(change: (from: ReturnType<typeof erpnext>) => void = () => undefined) {
  const from = erpnext();
  change(from);
  const { catalogs, leftOut } = catalogFromErpnext(from satisfies ErpnextCatalogue, TODAY);
  const items = catalogs.find(({ zone }) => zone === "standard")?.items ?? [];
  return { catalogs, leftOut, items, skus: items.map((item) => item.sku), price: (sku: string) => items.find((item) => item.sku === sku)?.price_cents };
}
const priceRow = (from: ReturnType<typeof erpnext>, sku: string): Record<string, unknown> => from.prices.find((row) => row["item_code"] === sku) ?? {};
const itemRow = (from: ReturnType<typeof erpnext>, sku: string): Record<string, unknown> => from.items.find((row) => row["name"] === sku) ?? {};

describe("the catalogue from ERPNext's Items and Item Prices", () => {
  it("tells each item's kind, period and price, whatever their order", () => {
    const { items, leftOut } = read((from) => from.items.reverse());
    expect(leftOut).toEqual([]);
    const bySku = <T extends { sku: string }>(list: readonly T[]): T[] => list.toSorted((a, b) => (a.sku < b.sku ? -1 : 1));
    expect(bySku(items)).toEqual(bySku(demoCatalog("standard").items));
  });

  it("makes a discount take off, whatever the sign it was entered with", () => {
    const { price } = read((from) => {
      priceRow(from, "RAB3X")["price_list_rate"] = 10;
      priceRow(from, "RAB2X")["price_list_rate"] = -5;
    });
    expect([price("RAB3X"), price("RAB2X")]).toEqual([-1000, -500]);
  });

  it("never sells at 0 by mistake, and sells the TV package that is meant to be free", () => {
    const { skus, leftOut, price } = read((from) => {
      priceRow(from, "FTTH150I")["price_list_rate"] = 0;
      priceRow(from, "FTTH500I")["price_list_rate"] = -99.95;
      priceRow(from, "TVSPORTS")["price_list_rate"] = 0;
      priceRow(from, "FTTH80I")["price_list_rate"] = null;
      from.prices.splice(from.prices.indexOf(priceRow(from, "FTTH25")), 1);
    });
    for (const sku of ["FTTH150I", "FTTH500I", "TVSPORTS", "FTTH80I", "FTTH25"]) expect(skus).not.toContain(sku);
    expect(leftOut.map(({ sku }) => sku).toSorted()).toEqual(["FTTH150I", "FTTH25", "FTTH500I", "FTTH80I", "TVSPORTS"]);
    expect(price("TELE")).toBe(0);
  });

  it("does not sell what it could not price: a phone line without its 911 fee, a paid TV package without its box", () => {
    const { skus } = read((from) => {
      from.prices.splice(from.prices.indexOf(priceRow(from, "SERV911")), 1);
      itemRow(from, "STB")["disabled"] = 1;
    });
    for (const sku of ["TELEPMENS", "TVBSTANDARD", "TVSPORTS"]) expect(skus).not.toContain(sku);
    expect(skus).toEqual(expect.arrayContaining(["FTTH150I", "TELE"]));
  });

  it("leaves out a plan whose speed nobody knows, and an item of no known service", () => {
    const { leftOut } = read((from) => {
      itemRow(from, "FTTH150I")["download_mbps"] = 0;
      itemRow(from, "FTTH500I")["service_type"] = "Électricité";
    });
    expect(leftOut.map(({ sku }) => sku).toSorted()).toEqual(["FTTH150I", "FTTH500I"]);
  });

  it("takes the price in force today, for everyone", () => {
    const { price, skus } = read((from) => {
      const row = (more: Record<string, unknown>): Record<string, unknown> => ({ price_list: "standard", currency: "CAD", ...more });
      from.prices.push(
        row({ item_code: "FTTH150I", price_list_rate: 89.95, valid_from: "2026-04-01" }),
        row({ item_code: "FTTH150I", price_list_rate: 79.95, valid_from: "2026-05-01" }),
        row({ item_code: "FTTH150I", price_list_rate: 9.95, valid_from: "2026-04-02", customer: "Ami" }),
        row({ item_code: "FTTH500I", price_list_rate: 1, valid_from: "2026-01-01", valid_upto: "2026-04-06" }),
        row({ item_code: "FTTH80I", price_list_rate: 70 }),
      );
    });
    expect(price("FTTH150I")).toBe(8995);
    expect(price("FTTH500I")).toBe(9995);
    // Two prices at once: neither is certain.
    expect(skus).not.toContain("FTTH80I");
  });

  it("takes no Price List without a plan for a zone", () => {
    const { catalogs, leftOut } = read((from) => {
      from.zones.push("Standard Selling");
      from.prices.push({ item_code: "STB", price_list: "Standard Selling", price_list_rate: 149.95, currency: "CAD" });
    });
    expect(catalogs.map(({ zone }) => zone)).toEqual(["standard"]);
    expect(leftOut).toEqual([]);
  });

  it("leaves out disabled items and prices in another currency", () => {
    const { skus } = read((from) => {
      itemRow(from, "FTTH25")["disabled"] = 1;
      priceRow(from, "FTTH80I")["currency"] = "USD";
    });
    expect(skus).not.toContain("FTTH25");
    expect(skus).not.toContain("FTTH80I");
  });
});
