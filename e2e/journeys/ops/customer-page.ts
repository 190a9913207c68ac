/** A customer's page, by what its people read and press. */
import { expect } from "@playwright/test";
import type { Browser, Locator } from "@playwright/test";
import { AGENT, Office } from "./office.ts";
import type { Look } from "./office.ts";

export class CustomerPage {
  readonly office: Office;

  private constructor(office: Office) {
    this.office = office;
  }

  static async open(browser: Browser, baseURL: string, customer: string, { user = AGENT, ...look }: Look & { readonly user?: string } = {}): Promise<CustomerPage> {
    const office = await Office.start(browser, baseURL, look);
    await office.signIn(user, `/ops/clients/${encodeURIComponent(customer)}`);
    const page = new CustomerPage(office);
    await expect(page.thread).toBeVisible({ timeout: 30_000 });
    return page;
  }

  get thread(): Locator {
    return this.office.page.locator("section").filter({ has: this.office.page.getByRole("form", { name: "Écrire" }) });
  }

  region(name: string): Locator {
    return this.office.page.getByRole("region", { name, exact: true });
  }

  /** A value at rest, by the name of its field. */
  value(label: string, within: Locator = this.office.page.locator("body")): Locator {
    return within.getByRole("button", { name: new RegExp(`^${label.replace(/[()]/g, String.raw`\$&`)}: (.*Modifier|Ajouter)$`) }).first();
  }

  editor(label: string, within: Locator = this.office.page.locator("body")): Locator {
    return within.locator(".editing").getByLabel(label, { exact: true }).first();
  }

  async write(label: string, text: string, key = "Enter"): Promise<void> {
    await this.value(label).click();
    await this.editor(label).fill(text);
    await this.office.press(key);
  }

  async place(): Promise<Locator> {
    const place = this.office.page.getByRole("article").first();
    await expect(place).toBeVisible();
    return place;
  }
}
