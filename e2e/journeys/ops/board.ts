/** Visits to dispatch, made as the office makes them, and the board by what one reads and presses. */
import { expect } from "@playwright/test";
import type { APIRequest, APIRequestContext, Locator, Page } from "@playwright/test";
import { board } from "@gigafibre/contracts/board";
import { addDays, localDate, weekday } from "@gigafibre/contracts/dates";
import { signedIn } from "../field/technician.ts";
import { DISPATCHER } from "./office.ts";

/** Makes places, which an order makes otherwise. */
const ADMIN = "admin@gigafibre.test";

/** A Wednesday well ahead, another for each test. */
export function quietDay(weeks: number): string {
  const today = localDate(new Date());
  return addDays(today, ((3 - weekday(today) + 7) % 7) + 7 * (weeks + 3));
}

/** The first of such days on which nobody has anything to do and nobody is away: a site that outlives the run has what earlier ones left. */
export async function emptyDay(request: APIRequest, baseURL: string, weeks: number): Promise<string> {
  const office = await signedIn(request, baseURL, DISPATCHER);
  try {
    for (let later = weeks; later < weeks + 40; later++) {
      const day = quietDay(later);
      const { jobs, technicians } = board.parse(await (await office.get(`/api/board?${new URLSearchParams({ from: day }).toString()}`)).json());
      if (jobs.length === 0 && technicians.every(({ away }) => !away.some(({ from, to }) => from <= day && day <= to))) return day;
    }
    throw new Error("no Wednesday of the year to come is empty");
  } finally {
    await office.dispose();
  }
}

export interface Made {
  readonly job: string;
  readonly title: string;
}

export async function aJob(request: APIRequest, baseURL: string, title: string, values: Record<string, unknown> = {}): Promise<Made> {
  const [office, admin] = await Promise.all([signedIn(request, baseURL, DISPATCHER), signedIn(request, baseURL, ADMIN)]);
  const made = async (doctype: string, data: Record<string, unknown>, by = office): Promise<string> => {
    const answer = await by.post(`/api/resource/${encodeURIComponent(doctype)}`, { data });
    expect(answer.ok(), await answer.text()).toBe(true);
    return ((await answer.json()) as { data: { name: string } }).data.name;
  };
  const customer = await made("Customer", { customer_name: title, customer_group: "Résidentiel" });
  const place = await made("Service Location", { customer, address_line: "12 chemin de la Rivière", city: "Ormstown", postal_code: "J0S 1K0", latitude: 45.1253, longitude: -74.0128 }, admin);
  const job = await made("Dispatch Job", { customer, service_location: place, job_type: "Repair", contact_phone: "450-555-0177", required_tags: [{ tag: "Fibre" }], ...values });
  await Promise.all([office.dispose(), admin.dispose()]);
  return { job, title };
}

export async function placed(request: APIRequest, baseURL: string, { job }: Made, technician: string, start: string): Promise<void> {
  const office = await signedIn(request, baseURL, DISPATCHER);
  const answer = await office.put(`/api/resource/Dispatch Job/${job}`, { data: { status: "Scheduled", assigned_to: technician, scheduled_start: `${start}:00`, scheduled_end: `${start.slice(0, 10)} ${String(Number(start.slice(11, 13)) + 2).padStart(2, "0")}${start.slice(13)}:00` } });
  expect(answer.ok(), await answer.text()).toBe(true);
  await office.dispose();
}

/** The demonstration has one dispatcher. */
export async function anotherDispatcher(request: APIRequest, baseURL: string): Promise<string> {
  const admin = await signedIn(request, baseURL, ADMIN);
  const email = `rita-${crypto.randomUUID().slice(0, 8)}@gigafibre.test`;
  const answer = await admin.post("/api/resource/User", { data: { email, first_name: "Rita", last_name: "Roy", role_profile_name: "Dispatcher", language: "fr", send_welcome_email: 0, new_password: "demo" } });
  expect(answer.ok(), await answer.text()).toBe(true);
  await admin.dispose();
  return email;
}

export async function jobIn(office: APIRequestContext, job: string): Promise<Record<string, unknown>> {
  return ((await (await office.get(`/api/resource/Dispatch Job/${job}`)).json()) as { data: Record<string, unknown> }).data;
}

export const chip = (page: Page, { job }: Made): Locator => page.locator(`[data-job="${job}"]`);
export const row = (page: Page, technician: string): Locator => page.getByRole("group", { name: technician, exact: true });

/** Where an hour is in a technician's row. */
export async function hourIn(page: Page, technician: string, hour: number): Promise<{ x: number; y: number }> {
  const track = row(page, technician).locator("[data-drop=time]");
  const box = await track.boundingBox();
  const [from, to] = [Number(await track.getAttribute("data-from")), Number(await track.getAttribute("data-to"))];
  if (!box) throw new Error(`${technician} has no row`);
  return { x: box.x + ((hour * 60 - from) / (to - from)) * box.width, y: box.y + box.height / 2 };
}

export async function takeTo(page: Page, made: Made, to: { x: number; y: number }): Promise<void> {
  await chip(page, made).scrollIntoViewIfNeeded();
  const box = await chip(page, made).boundingBox();
  if (!box) throw new Error(`${made.job} is not on the board`);
  await page.mouse.move(box.x + 6, box.y + 8);
  await page.mouse.down();
  await page.mouse.move(box.x + 40, box.y + 20, { steps: 3 });
  await page.mouse.move(to.x, to.y, { steps: 8 });
}
