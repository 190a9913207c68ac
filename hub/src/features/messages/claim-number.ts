/** A number becomes somebody's: written to a Contact of theirs by whoever says so. */
import type { FastifyInstance } from "fastify";
import type { Step } from "@gigafibre/contracts/unit-of-work";
import { ErpnextRefused, ErpnextUnavailable } from "../../plugins/erpnext.ts";
import type { Caller, Row } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { heldLists } from "../customers/panels.ts";
import { textOf } from "../find/question.ts";
import { e164Of } from "./stops.ts";

/** A row of a Contact's, with all of it: what is left out would be emptied. */
const kept = (row: Row) => ({ name: textOf(row, "name"), phone: textOf(row, "phone"), is_primary_phone: Number(row["is_primary_phone"] ?? 0), is_primary_mobile_no: Number(row["is_primary_mobile_no"] ?? 0) });

/** Changes nothing where they have it already. @throws Refusal */
export async function giveNumber(app: FastifyInstance, customer: string, number: string, caller: Caller): Promise<void> {
  const lists = await read(app, customer, caller);
  const [document] = lists["customer"] ?? [];
  if (!document) throw new Refusal("not_found");
  const phones = lists["phones"] ?? [];
  if (phones.some((row) => e164Of(textOf(row, "phone")) === number)) return;
  const contacts = lists["contacts"] ?? [];
  const contact = contacts.find(({ name }) => name === document["customer_primary_contact"]) ?? contacts[0];
  const theirs = phones.filter(({ parent }) => parent === contact?.["name"]);
  const phone_nos = [...theirs.map(kept), { phone: number, is_primary_mobile_no: theirs.length === 0 ? 1 : 0 }];
  const step: Step = contact
    ? { op: "update", doctype: "Contact", name: textOf(contact, "name"), values: { phone_nos }, expect: { modified: textOf(contact, "modified") } }
    : { op: "insert", doctype: "Contact", values: { first_name: textOf(document, "customer_name") || customer, phone_nos, links: [{ link_doctype: "Customer", link_name: customer }] } };
  try {
    await app.erpnext.commit({ key: `number:${customer}:${number}:${textOf(contact ?? document, "modified")}`, steps: [step] }, caller);
  } catch (error) {
    throw refusalOf(error);
  }
}

/** As a person wrote with their own session. */
export function refusalOf(error: unknown): unknown {
  if (error instanceof ErpnextUnavailable) return new Refusal("erpnext_outcome_unknown", {}, error);
  if (!(error instanceof ErpnextRefused)) return error;
  if (error.status === 403 || error.step?.exc_type === "PermissionError") return new Refusal("not_allowed", {}, error);
  return new Refusal("call_refused", { details: { message: error.step?.message ?? error.message } }, error);
}

async function read(app: FastifyInstance, customer: string, caller: Caller): Promise<Readonly<Record<string, readonly Row[] | null>>> {
  const [theirs, contacts] = heldLists(customer, ["name", "modified"]);
  if (!theirs || !contacts) throw new Error("a customer's lists begin with the customer and their contacts");
  const phones = { as: "phones", doctype: "Contact Phone", parent: "Contact", fields: ["name", "parent", "phone", "is_primary_phone", "is_primary_mobile_no"], filters: [["parent", "in", { $names: "contacts" }]], order_by: "idx asc" };
  try {
    return (await app.erpnext.lists([{ ...theirs, fields: ["name", "modified", "customer_name", "customer_primary_contact"] }, contacts, phones], caller)).lists;
  } catch (error) {
    if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_unavailable", {}, error);
    throw error;
  }
}
