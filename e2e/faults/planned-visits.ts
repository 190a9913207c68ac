/** Visits for a technician, at a place with a customer where they can be planned by the dozen; and what the office does to them in Desk. */
import { OTHER_TECHNICIAN, TECHNICIAN } from "./pocket.ts";
import type { World } from "./world.ts";

export interface Home {
  readonly customer: string;
  /** As people read it. */
  readonly title: string;
  readonly location: string;
}

const homes = new WeakMap<World, Promise<Home>>();

/** One for each world. */
export function homeOf(world: World): Promise<Home> {
  const known = homes.get(world) ?? settle(world);
  homes.set(world, known);
  return known;
}

async function settle(world: World): Promise<Home> {
  const shopper = world.shopper({ basket: "internet" });
  await shopper.prepare();
  await shopper.pressUntilTold();
  await world.quiet.wait();
  const [job] = await world.reader.list("Dispatch Job", [["order_id", "=", shopper.accepted?.order_id]]);
  if (!job) throw new Error("no visit to begin with");
  return { customer: String(job["customer"]), title: shopper.name, location: String(job["service_location"]) };
}

export async function inDesk(world: World, method: "POST" | "PUT", path: string, values: object): Promise<Record<string, unknown>> {
  const answer = await world.reader.write(method, path, values);
  if (answer.status !== 200) throw new Error(`Desk: ${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body["data"] as Record<string, unknown>;
}

export const jobPath = (job: string): string => `/api/resource/Dispatch%20Job/${encodeURIComponent(job)}`;

const today = (): string => new Intl.DateTimeFormat("sv-SE", { timeZone: "America/Toronto", dateStyle: "short" }).format(new Date());

export const plan = (world: World, job: string) =>
  inDesk(world, "PUT", jobPath(job), { assigned_to: TECHNICIAN, scheduled_start: `${today()} 09:00:00`, scheduled_end: `${today()} 11:00:00`, status: "Scheduled" });

/** Planned for today, with the technician. @returns its name */
export async function plannedVisit(world: World, { customer, location }: Home): Promise<string> {
  const made = await inDesk(world, "POST", "/api/resource/Dispatch%20Job", { customer, service_location: location, job_type: "Repair", status: "Open" });
  const job = String(made["name"]);
  await plan(world, job);
  return job;
}

export const move = (world: World, job: string) => inDesk(world, "PUT", jobPath(job), { assigned_to: OTHER_TECHNICIAN });
export const cancel = (world: World, job: string) => inDesk(world, "PUT", jobPath(job), { status: "Cancelled" });

/** What stands in ERPNext of a visit: its notes, and what its Issues say. */
export async function standingOf(world: World, job: string): Promise<{ notes: string; told: string }> {
  const [full, issues] = await Promise.all([inDesk(world, "PUT", jobPath(job), {}), world.reader.list("Issue", [["dispatch_job", "=", job]])]);
  return { notes: typeof full["notes"] === "string" ? full["notes"] : "", told: issues.map((issue) => String(issue["description"])).join("\n") };
}
