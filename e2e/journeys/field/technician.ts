/** A technician's phone, by what they read and touch; and visits for them, ordered and planned as the office does. */
import { expect } from "@playwright/test";
import type { APIRequest, APIRequestContext, Browser, BrowserContext, Locator, Page } from "@playwright/test";
import { localDate } from "@gigafibre/contracts/dates";
import type { CheckoutInput, OrderAccepted } from "@gigafibre/contracts/orders";
import { anAddress } from "../addresses.ts";
import { somebody } from "../order-page.ts";
import { ErpnextReader, STANDS } from "../read-back.ts";
import { openLine } from "./line.ts";
import type { Line } from "./line.ts";

export const TECHNICIAN = "tech1@gigafibre.test";

export interface PlannedVisit {
  readonly job: string;
  readonly order: string;
  readonly customer: string;
  readonly address: string;
}

export async function signedIn(request: APIRequest, baseURL: string, user: string): Promise<APIRequestContext> {
  const context = await request.newContext({ baseURL, extraHTTPHeaders: { origin: new URL(baseURL).origin } });
  const answer = await context.post("/api/method/login", { form: { usr: user, pwd: "demo" } });
  expect(answer.ok(), `${user} signs in`).toBe(true);
  return context;
}

/** Internet, TV and phone for somebody new, planned for the technician on a day that is not over anywhere on earth. */
export async function aVisit(request: APIRequest, baseURL: string, planned: { day?: string; from?: string; to?: string; technician?: string } = {}): Promise<PlannedVisit> {
  const { day = localDate(new Date()), from = "09:30", to = "11:30", technician = TECHNICIAN } = planned;
  const agent = await signedIn(request, baseURL, "agent@gigafibre.test");
  const address = await anAddress(agent, "available", { minSpeed: 150 });
  const person = somebody("Rose Tremblay");
  const { dates } = (await (await agent.get("/api/install-dates")).json()) as { dates: { date: string }[] };
  const body: CheckoutInput = {
    address: { uuid: address.uuid, fibre_id: String(address.fibre_id), rue: address.rue, ville: address.ville, zip: address.zip, olt_port: String(address.olt_port), lat: address.lat, lng: address.lng },
    customer: { name: person.name, email: person.email, phone: person.phone, language: "fr" },
    services: [{ sku: "FTTH150I", type: "internet" }, { sku: "TVBSTANDARD", type: "tv" }, { sku: "TELEPMENS", type: "phone" }],
    preferred_dates: dates.slice(0, 3).map(({ date }) => date),
    phone: { e911_accepted: true },
    payment: { method: "invoice_later", send_payment_link: "both" },
  };
  const accepted = await agent.post("/api/checkout", { data: body, headers: { "idempotency-key": `field-${crypto.randomUUID()}` } });
  expect(accepted.status(), await accepted.text()).toBe(202);
  const { order_id: order } = (await accepted.json()) as OrderAccepted;

  const erpnext = await ErpnextReader.signIn(agent);
  await expect.poll(async () => (await erpnext.list("Dispatch Job", [["order_id", "=", order]])).length, STANDS).toBe(1);
  const [job] = await erpnext.list("Dispatch Job", [["order_id", "=", order]]);
  const office = await signedIn(request, baseURL, "dispatch@gigafibre.test");
  const saved = await office.put(`/api/resource/Dispatch Job/${job?.name}`, {
    data: { assigned_to: technician, scheduled_start: `${day} ${from}:00`, scheduled_end: `${day} ${to}:00`, status: "Scheduled" },
  });
  expect(saved.ok(), await saved.text()).toBe(true);
  await Promise.all([agent.dispose(), office.dispose()]);
  return { job: job?.name ?? "", order, customer: person.name, address: address.rue };
}

/** The phone: its own browser, its own line to the hub, its service worker on. */
export class Phone {
  readonly context: BrowserContext;
  readonly line: Line;
  page: Page;

  private constructor(context: BrowserContext, line: Line, page: Page) {
    this.context = context;
    this.line = line;
    this.page = page;
  }

  static async start(browser: Browser, hubUrl: string, look: { colorScheme?: "light" | "dark" } = {}): Promise<Phone> {
    const line = await openLine(hubUrl);
    const context = await browser.newContext({
      baseURL: line.url, viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true, locale: "fr-CA", timezoneId: "America/Toronto",
      serviceWorkers: "allow", reducedMotion: "reduce", colorScheme: look.colorScheme ?? "light", geolocation: { latitude: 45.05, longitude: -73.95 }, permissions: ["geolocation"],
    });
    return new Phone(context, line, await context.newPage());
  }

  async signIn(user = TECHNICIAN): Promise<void> {
    await this.page.goto("/field/");
    await this.page.getByLabel("Courriel").fill(user);
    await this.page.getByLabel("Mot de passe", { exact: true }).fill("demo");
    await this.button("Se connecter").click();
    // As patient as any other step: without Playwright's own runner `expect` gives up after five seconds, which a loaded machine needs for a first opening.
    await this.heading("Aujourd'hui").waitFor();
    // The app is on the phone once its service worker is in charge.
    await this.page.evaluate("navigator.serviceWorker.ready.then(() => null)");
  }

  /** No network at all, as in a basement. */
  async goUnderground(): Promise<void> {
    await this.line.cut();
    await this.context.setOffline(true);
  }

  async comeUp(): Promise<void> {
    await this.line.restore();
    await this.context.setOffline(false);
  }

  /** The app is closed and opened again. */
  async openCold(path = "/field/"): Promise<void> {
    await this.page.close();
    this.page = await this.context.newPage();
    await this.page.goto(path);
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole("button", { name });
  }

  heading(name: string | RegExp): Locator {
    return this.page.getByRole("heading", { name });
  }

  /** Whatever the screen asks to be done now. */
  get action(): Locator {
    return this.page.locator("footer").getByRole("button");
  }

  sheet(title: string | RegExp): Locator {
    return this.page.getByRole("dialog", { name: title });
  }

  get banner(): Locator {
    return this.page.locator("header").getByRole("status");
  }

  /** A serial typed in where no camera reads it. */
  async type(code: string): Promise<void> {
    await this.button("Entrer le numéro").click();
    await this.page.getByLabel("Numéro de série ou adresse MAC").fill(code);
    await this.button("Vérifier").click();
    await this.button("Inscrire cet appareil").click();
    await expect(this.page.getByRole("dialog")).toHaveCount(0);
  }

  /** Measures and ticks all that internet, TV and telephone require. */
  async checkAll(): Promise<void> {
    for (const [check, value] of [["Signal de l'ONT (dBm)", "-19,5"], ["Test de vitesse, téléchargement (Mb/s)", "151"], ["Test de vitesse, téléversement (Mb/s)", "148"]] as const) {
      await this.button(check).first().click();
      await this.page.getByLabel("Valeur mesurée").fill(value);
      await this.button("Enregistrer").click();
      await expect(this.page.getByRole("dialog")).toHaveCount(0);
    }
    for (const check of ["WiFi 2,4 GHz", "WiFi 5 GHz", "Chaînes TV", "Tonalité du téléphone", "Adresse 911 confirmée avec le client"]) {
      await this.page.getByRole("checkbox", { name: check }).click();
      await expect(this.page.getByRole("checkbox", { name: check })).toBeChecked();
    }
  }

  async note(text: string): Promise<void> {
    await this.button("Ajouter une note").click();
    await this.page.getByRole("textbox", { name: "Note" }).fill(text);
    await this.button("Enregistrer").click();
    await expect(this.page.getByRole("dialog")).toHaveCount(0);
  }

  async sign(): Promise<void> {
    const frame = this.sheet("À votre satisfaction").getByRole("img", { name: "Signez ici" });
    // The sheet has come to rest by then.
    await frame.hover();
    const box = await frame.boundingBox();
    if (!box) throw new Error("there is nowhere to sign");
    await this.page.mouse.move(box.x + 40, box.y + box.height / 2);
    await this.page.mouse.down();
    for (let step = 1; step <= 12; step++) await this.page.mouse.move(box.x + 40 + step * 15, box.y + box.height / 2 + (step % 2 ? 22 : -22));
    await this.page.mouse.up();
    await this.page.getByRole("button", { name: "Signer", exact: true }).click();
    await expect(this.page.getByRole("dialog")).toHaveCount(0);
  }

  async stop(): Promise<void> {
    await this.context.close();
    await this.line.close();
  }
}
