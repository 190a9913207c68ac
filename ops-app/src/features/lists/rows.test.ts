import { describe, expect, it } from "vitest";
import { kindOf } from "./kinds.ts";
import { narrowed, ordered } from "./rows.ts";

const customers = kindOf("clients");
if (!customers) throw new Error("no customers");
const known = new Set(["name", "customer_name", "mobile_no", "disabled"]);

describe("a list", () => {
  it("asks for what was typed in the fields that the person may read, signs of the search itself meant as they are", () => {
    expect(narrowed({ text: "  rose  50% ", filters: [] }, customers, known).or_filters).toEqual([["name", "like", "%rose%50\\%%"], ["customer_name", "like", "%rose%50\\%%"], ["mobile_no", "like", "%rose%50\\%%"]]);
  });

  it("filters by no field that the person may not read", () => {
    expect(narrowed({ text: "", filters: [{ field: "disabled", operator: "=", value: "0" }, { field: "tax_id", operator: "=", value: "1" }] }, customers, known)).toEqual({ filters: [["disabled", "=", "0"]], or_filters: [] });
  });

  it("has one order, by the name where the rest is equal", () => {
    expect(ordered("-creation", "Customer")).toBe("`tabCustomer`.`creation` desc, `tabCustomer`.`name` desc");
    expect(ordered("name", "Customer")).toBe("`tabCustomer`.`name` asc");
  });
});
