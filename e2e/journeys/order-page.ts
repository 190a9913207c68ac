import { expect } from "@playwright/test";
import type { FrameLocator, Locator, Page } from "@playwright/test";

export interface Person {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
}

let people = 0;
/** Somebody nobody knows yet. */
export function somebody(name = "Rose Tremblay"): Person {
  people += 1;
  const stamp = `${Date.now().toString(36)}${people}`;
  return { name: `${name} ${stamp}`, email: `rose.${stamp}@example.test`, phone: `450 555-${String(1000 + ((Date.now() + people) % 9000))}` };
}

/** The order flow as a person goes through it, by what they read. */
export class OrderPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get next(): Locator {
    return this.page.getByRole("button", { name: "Continuer" });
  }

  get confirm(): Locator {
    return this.page.getByRole("button", { name: "Confirmer ma commande" });
  }

  /** Types into the address box and takes the suggestion of that label, however it is laid out. */
  async search(typed: string, label: string): Promise<void> {
    const box = this.page.getByRole("combobox", { name: "Votre adresse" });
    await box.fill(typed);
    await this.page.getByRole("option", { name: new RegExp(`^${label.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/,\s*/g, "\\s*,?\\s*")}`) }).first().click();
  }

  async begin(typed: string, label: string): Promise<void> {
    await this.page.goto("/");
    await this.search(typed, label);
    await expect(this.heading("Quelle vitesse pour votre maison?")).toBeVisible();
  }

  heading(name: string): Locator {
    return this.page.getByRole("heading", { name, level: 1 });
  }

  async plan(name: RegExp): Promise<void> {
    await this.page.getByRole("radio", { name }).check();
    await this.next.click();
  }

  async tv(name: RegExp): Promise<void> {
    await expect(this.heading("Voulez-vous la télé?")).toBeVisible();
    await this.page.getByRole("radio", { name }).check();
    await this.next.click();
  }

  async phone(lines: RegExp): Promise<void> {
    await expect(this.heading("Voulez-vous le téléphone?")).toBeVisible();
    await this.page.getByRole("radio", { name: lines }).check();
    const e911 = this.page.getByRole("checkbox", { name: /conditions du service 911/ });
    if (await e911.isVisible()) await e911.check();
    await this.next.click();
  }

  async contact(person: Person): Promise<void> {
    await expect(this.heading("Comment vous joindre?")).toBeVisible();
    await this.page.getByLabel("Nom complet").fill(person.name);
    await this.page.getByLabel("Courriel").fill(person.email);
    await this.page.getByLabel("Téléphone").fill(person.phone);
    await this.next.click();
  }

  /** Picks the first days offered; answers how they are said. */
  async dates(count = 3): Promise<void> {
    await expect(this.heading("Quand pouvons-nous venir?")).toBeVisible();
    const days = this.page.getByRole("group", { name: "Dates offertes" }).getByRole("checkbox");
    await expect(days.first()).toBeVisible();
    for (let index = 0; index < count; index += 1) await days.nth(index).check();
    await this.next.click();
  }

  get cardFrame(): FrameLocator {
    return this.page.frameLocator('iframe[title*="saisie du paiement"]');
  }

  async card(number: string): Promise<void> {
    await expect(this.heading("Votre carte, pour plus tard")).toBeVisible();
    await this.cardFrame.getByLabel(/Numéro/).fill(number);
    await this.cardFrame.getByLabel(/Expiration|expiration/).fill("1230");
    await this.cardFrame.getByLabel(/CVC|sécurité/i).fill("123");
    const postal = this.cardFrame.getByLabel(/postal/i);
    if (await postal.isVisible()) await postal.fill("J0S 1A0");
    await this.page.getByRole("checkbox", { name: /conditions de service/ }).check();
  }

  /** The order's number, once the page shows the accepted order. */
  async accepted(): Promise<string> {
    await this.page.waitForURL(/\/commande\/GF-/);
    return decodeURIComponent(new URL(this.page.url()).pathname.split("/").pop() ?? "");
  }
}
