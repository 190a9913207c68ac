/** Whoever calls the office: somebody with an order, or with a service that is live, made as the website, the office and a technician make them. */
import { randomInt } from "node:crypto";
import { expect } from "@playwright/test";
import type { APIRequest, APIRequestContext, Locator, Page } from "@playwright/test";
import { catalog as catalogShape } from "@gigafibre/contracts/catalog";
import { localDate } from "@gigafibre/contracts/dates";
import { selectionOf } from "@gigafibre/contracts/orders";
import type { CheckoutInput, OrderAccepted, SetupIntentAnswer } from "@gigafibre/contracts/orders";
import { quote } from "@gigafibre/contracts/pricing";
import { anAddress } from "../addresses.ts";
import { signedIn, TECHNICIAN } from "../field/technician.ts";
import { somebody } from "../order-page.ts";
import type { Person } from "../order-page.ts";
import { confirmCard, ErpnextReader, STANDS } from "../read-back.ts";
import { Technician } from "../technician.ts";
import { AGENT, DISPATCHER } from "./office.ts";

export interface Caller {
  readonly person: Person;
  readonly order: string;
  readonly customer: string;
  readonly place: string;
  readonly job: string;
  /** In the register. */
  readonly address: string;
}

export interface Callers {
  readonly erpnext: ErpnextReader;
  /** Internet, TV and phone: with a card on the website, or by an agent, who invoices it at once. */
  ordered(name: string, how?: { readonly card: boolean }): Promise<Caller>;
  /** The same, installed and live. With a card its first invoice is paid; without one it is owed. */
  live(name: string, how?: { readonly card: boolean }): Promise<Caller>;
  close(): Promise<void>;
}

const SIGNATURE = "data:image/png;base64,iVBORw0KGgo=";
export const newGpon = (): string => `RCMG${randomInt(0x1000_0000, 0xffff_ffff).toString(16).toUpperCase()}`;
export const newMac = (): string => `403F8C${randomInt(0x10_0000, 0xff_ffff).toString(16).toUpperCase()}`;

export async function callersOf(request: APIRequest, baseURL: string): Promise<Callers> {
  const [guest, agent, dispatch] = await Promise.all([request.newContext({ baseURL }), signedIn(request, baseURL, AGENT), signedIn(request, baseURL, DISPATCHER)]);
  const erpnext = await ErpnextReader.signIn(await request.newContext({ baseURL }));

  async function ordered(name: string, { card } = { card: false }): Promise<Caller> {
    const address = await anAddress(guest, "available", { minSpeed: 150 });
    const person = somebody(name);
    const key = `calls-${crypto.randomUUID()}`;
    const body: CheckoutInput = {
      address: { uuid: address.uuid, fibre_id: String(address.fibre_id), rue: address.rue, ville: address.ville, zip: address.zip, olt_port: String(address.olt_port), lat: address.lat, lng: address.lng },
      customer: { ...person, language: "fr" },
      services: [{ sku: "FTTH150I", type: "internet" }, { sku: "TVBSTANDARD", type: "tv" }, { sku: "TELEPMENS", type: "phone" }],
      preferred_dates: "contact_me",
      phone: { e911_accepted: true },
      ...(card ? await paidByCard(guest, key, person, address.zone_tarifaire ?? "standard") : { payment: { method: "invoice_later" as const, send_payment_link: "sms" as const } }),
    };
    const answer = await (card ? guest : agent).post("/api/checkout", { data: body, headers: { "idempotency-key": key } });
    expect(answer.status(), await answer.text()).toBe(202);
    const { order_id: order } = (await answer.json()) as OrderAccepted;
    await expect.poll(async () => (await erpnext.list("Dispatch Job", [["order_id", "=", order]])).length, STANDS).toBe(1);
    const [job] = await erpnext.list("Dispatch Job", [["order_id", "=", order]]);
    return { person, order, customer: String(job?.["customer"]), place: String(job?.["service_location"]), job: String(job?.name), address: address.uuid };
  }

  async function live(name: string, how = { card: true }): Promise<Caller> {
    const caller = await ordered(name, how);
    const today = localDate(new Date());
    const change = async (data: object): Promise<void> => {
      const answer = await dispatch.put(`/api/resource/Dispatch Job/${caller.job}`, { data });
      expect(answer.ok(), await answer.text()).toBe(true);
    };
    await change({ assigned_to: TECHNICIAN, scheduled_start: `${today} 09:00:00`, scheduled_end: `${today} 11:00:00`, status: "Scheduled" });
    const technician = await Technician.signIn(baseURL, TECHNICIAN);
    await technician.does(caller.job, { kind: "set_out", arrives_at: null, position: null });
    await technician.does(caller.job, { kind: "start" });
    const gpon_sn = newGpon();
    await technician.scans(caller.job, { equipment_type: "ONT", gpon_sn, serial_number: gpon_sn, brand: "Raisecom" });
    await technician.scans(caller.job, { equipment_type: "Routeur", mac_address: newMac(), brand: "TP-Link" });
    await technician.scans(caller.job, { equipment_type: "Décodeur TV", serial_number: `STB${newMac()}` });
    await technician.checks(caller.job);
    await technician.does(caller.job, { kind: "sign_off", sign_off: { name: caller.person.name, signature: SIGNATURE } });
    await technician.does(caller.job, { kind: "complete", left_out: [] });
    await technician.close();
    await change({ proof_override_reason: "Essai de vitesse fait sur place" });
    await expect.poll(async () => (await erpnext.get("Service Location", caller.place))["status"], STANDS).toBe("Active");
    const owed = async (): Promise<number[]> => (await erpnext.list("Sales Invoice", [["order_id", "=", caller.order], ["docstatus", "=", 1]])).map((invoice) => Number(invoice["outstanding_amount"]));
    if (how.card) await expect.poll(owed, STANDS).toEqual([0]);
    return caller;
  }

  return { erpnext, ordered, live, close: async () => void (await Promise.all([guest.dispose(), agent.dispose(), dispatch.dispose()])) };
}

/** A card kept for the checkout, and what the page has shown. */
async function paidByCard(guest: APIRequestContext, key: string, person: Person, zone: string): Promise<Pick<CheckoutInput, "payment" | "expected" | "consents">> {
  const answer = await guest.post("/api/checkout/setup-intent", { data: { name: person.name, email: person.email }, headers: { "idempotency-key": key } });
  expect(answer.status(), await answer.text()).toBe(200);
  const { setup_intent, stripe_customer_id } = (await answer.json()) as SetupIntentAnswer;
  const sold = catalogShape.parse(await (await guest.get("/api/catalog", { params: { zone } })).json());
  const services = [{ sku: "FTTH150I", type: "internet" as const }, { sku: "TVBSTANDARD", type: "tv" as const }, { sku: "TELEPMENS", type: "phone" as const }];
  const { monthly_cents, one_time_cents } = quote(sold, selectionOf({ services, tv_boxes: undefined, commitment_months: undefined, discount: undefined }, sold, true));
  return {
    payment: { method: "stripe_setup", stripe_setup_intent: setup_intent, stripe_customer_id, stripe_payment_method: await confirmCard(guest, setup_intent) },
    expected: { monthly_cents, one_time_cents },
    consents: { terms_version: "2026-01", charge_after_install: true, marketing: false },
  };
}

/** Opens a menu and picks from it, by the keyboard. The page may have yet to hear of what the menu is to offer. */
export async function choose(page: Page, menu: string | RegExp, item: string | RegExp): Promise<void> {
  const wanted = page.getByRole("menuitem", { name: item });
  await expect(async () => {
    if (!(await wanted.isVisible())) await page.getByRole("button", { name: menu }).first().press("Enter");
    await expect(wanted).toBeVisible({ timeout: 1_000 });
  }).toPass(STANDS);
  await wanted.press("Enter");
}

/** Goes by Tab to what is wanted. */
export async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let pressed = 0; pressed < 60; pressed += 1) {
    if ((await wanted.and(page.locator(":focus, :has(:focus)")).count()) > 0) return;
    await page.keyboard.press("Tab");
  }
  throw new Error("it cannot be reached by Tab");
}

/** Goes to a group of radios by Tab, and within it by the arrows. */
export async function turnTo(page: Page, group: Locator, wanted: string): Promise<void> {
  await tabTo(page, group.getByRole("radio", { checked: true }));
  const radio = group.getByRole("radio", { name: wanted });
  for (let pressed = 0; pressed < 6 && !(await radio.isChecked()); pressed += 1) await page.keyboard.press("ArrowRight");
  await expect(radio).toBeChecked();
}

/** The amount that a sentence of the page says, in cents. */
export function centsShown(sentence: string): number {
  const [, dollars = "", cents = ""] = /(\d[\d\s]*),(\d\d)\s*\$/.exec(sentence) ?? [];
  return Number(dollars.replace(/\s/g, "")) * 100 + Number(cents);
}
