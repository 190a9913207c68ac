/** A technician's phone, by HTTP: what it carries and what it sends. */
import { randomUUID } from "node:crypto";
import { expect, request as http } from "@playwright/test";
import type { APIRequestContext } from "@playwright/test";
import type { ScannedLabel } from "@gigafibre/contracts/labels";
import type { Visit, VisitAction, VisitActionBody, VisitDays } from "@gigafibre/contracts/visits";

export class Technician {
  readonly #request: APIRequestContext;
  #sequence = 0;
  #last: string | null = null;

  private constructor(request: APIRequestContext) {
    this.#request = request;
  }

  static async signIn(baseURL: string, user: string): Promise<Technician> {
    const request = await http.newContext({ baseURL, extraHTTPHeaders: { origin: new URL(baseURL).origin } });
    const answer = await request.post("/api/method/login", { form: { usr: user, pwd: "demo" } });
    expect(answer.ok(), await answer.text()).toBe(true);
    return new Technician(request);
  }

  async visit(job: string): Promise<Visit> {
    const days = (await (await this.#request.get("/api/field/days")).json()) as VisitDays;
    const found = days.visits.find(({ name }) => name === job);
    if (!found) throw new Error(`${job} is not among the technician's visits: ${days.visits.map(({ name }) => name).join(", ")}`);
    return found;
  }

  /** Done on the phone, and sent until ERPNext holds it. */
  async does(job: string, action: VisitActionBody): Promise<void> {
    const now = new Date().toISOString();
    const made: VisitAction = { id: randomUUID(), version: 1, sequence: ++this.#sequence, job, after: this.#last, made_at: now, sent_at: now, action };
    await expect(async () => {
      const answer = await this.#request.post("/api/field/actions", { data: made });
      expect(answer.status(), `${action.kind}: ${await answer.text()}`).toBe(200);
    }).toPass({ timeout: 60_000 });
    this.#last = made.id;
  }

  async scans(job: string, label: Partial<ScannedLabel> & { equipment_type: NonNullable<ScannedLabel["equipment_type"]> }): Promise<void> {
    await this.does(job, { kind: "scan", label: { serial_number: null, gpon_sn: null, mac_address: null, brand: null, ...label }, equipment: null, codes: [] });
  }

  /** Measures all that the services require. */
  async checks(job: string): Promise<void> {
    for (const { key, required, measured } of (await this.visit(job)).checks) if (required) await this.does(job, { kind: "check", key, done: true, value: measured ? "40" : null });
  }

  async close(): Promise<void> {
    await this.#request.dispose();
  }
}
