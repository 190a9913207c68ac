/** A technician and their phone, from the outside. */
import { randomInt, randomUUID } from "node:crypto";
import type { LightMyRequestResponse } from "fastify";
import { localDate } from "@gigafibre/contracts/dates";
import type { VisitAction, VisitActionBody, VisitDays } from "@gigafibre/contracts/visits";
import { STAFF } from "./erpnext-admin.ts";
import type { Document } from "./erpnext-admin.ts";
import { ordered } from "./installation.ts";
import type { Installed } from "./installation.ts";
import type { World } from "./world.ts";

export const OTHER_TECHNICIAN = "tech2@gigafibre.test";

export type Planned = Omit<Installed, "gpon_sn">;

/** An order whose visit is planned for today, with a technician. */
export async function planned(world: World, technician: string = STAFF.technician): Promise<Planned> {
  const made = await ordered(world);
  const today = localDate(new Date());
  await world.erpnext.admin.update("Dispatch Job", made.job.name, {
    assigned_to: technician, scheduled_start: `${today} 09:00:00`, scheduled_end: `${today} 11:00:00`, status: "Scheduled",
  });
  return made;
}

export class Phone {
  readonly #world: World;
  readonly user: string;
  #sid: string;
  #sequence = 0;
  readonly #last = new Map<string, string>();

  private constructor(world: World, user: string, sid: string) {
    this.#world = world;
    this.user = user;
    this.#sid = sid;
  }

  static async of(world: World, user: string = STAFF.technician): Promise<Phone> {
    return new Phone(world, user, await world.erpnext.admin.sessionFor(user));
  }

  async signInAgain(): Promise<void> {
    this.#sid = await this.#world.erpnext.admin.sessionFor(this.user);
  }

  get headers(): Record<string, string> {
    return { cookie: `sid=${this.#sid}`, origin: this.#world.hubUrl };
  }

  async days(): Promise<VisitDays> {
    const answer = await this.#world.app.inject({ url: "/api/field/days", headers: this.headers });
    if (answer.statusCode !== 200) throw new Error(`days: ${answer.statusCode} ${answer.body}`);
    return answer.json<VisitDays>();
  }

  /** Done on the phone, whether or not there is a network. */
  make(job: string, action: VisitActionBody, more: Partial<VisitAction> = {}): VisitAction {
    const now = new Date().toISOString();
    const made = { id: randomUUID(), version: 1, sequence: ++this.#sequence, job, after: this.#last.get(job) ?? null, made_at: now, sent_at: now, action, ...more };
    this.#last.set(job, made.id);
    return made;
  }

  async send(action: unknown): Promise<LightMyRequestResponse> {
    return this.#world.app.inject({ method: "POST", url: "/api/field/actions", headers: this.headers, payload: action as object });
  }

  /** Does it with a network at hand. */
  async does(job: string, action: VisitActionBody, more: Partial<VisitAction> = {}): Promise<LightMyRequestResponse> {
    const made = this.make(job, action, more);
    const answer = await this.send(made);
    // A person discards what was refused, and the next action does not wait for it.
    if (answer.statusCode !== 200) this.#last.delete(job);
    return answer;
  }
}

const hex = (digits: number): string => randomInt(16 ** digits).toString(16).toUpperCase().padStart(digits, "0");
export type ScanAction = Extract<VisitActionBody, { kind: "scan" }>;

export function scanOf(equipment_type: ScanAction["label"]["equipment_type"], more: Partial<ScanAction["label"]> = {}, equipment: string | null = null): ScanAction {
  const gpon_sn = equipment_type === "ONT" ? `RCMG${hex(8)}` : null;
  const mac_address = equipment_type === "Routeur" ? `403F8C${hex(6)}` : equipment_type === "Décodeur TV" ? `001A79${hex(6)}` : null;
  return { kind: "scan", label: { equipment_type, serial_number: gpon_sn, gpon_sn, mac_address, brand: null, ...more }, equipment, codes: [] };
}

export const jobNow = (world: World, { job }: Planned): Promise<Document> => world.erpnext.admin.get("Dispatch Job", job.name);
export const devicesNow = (world: World, { location }: Planned): Promise<Document[]> => world.erpnext.admin.list("Service Equipment", [["service_location", "=", location]]);
