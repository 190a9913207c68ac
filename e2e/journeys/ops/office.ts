/** The office's screen, by what its people read and press. */
import AxeBuilder from "@axe-core/playwright";
import { expect } from "@playwright/test";
import type { Browser, BrowserContext, Locator, Page } from "@playwright/test";
import { cutTexts } from "../cut-text.ts";

export const AGENT = "agent@gigafibre.test";
export const DISPATCHER = "dispatch@gigafibre.test";

export interface Look {
  readonly colorScheme?: "light" | "dark";
  readonly width?: 1024 | 1440;
}

/** One browser: its tabs share cookies, locks and channels. */
export class Office {
  readonly context: BrowserContext;
  readonly page: Page;

  private constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
  }

  static async start(browser: Browser, baseURL: string, { colorScheme = "light", width = 1440 }: Look = {}): Promise<Office> {
    const context = await browser.newContext({ baseURL, viewport: { width, height: 900 }, colorScheme, locale: "fr-CA", timezoneId: "America/Toronto", reducedMotion: "reduce" });
    return new Office(context, await context.newPage());
  }

  async signIn(user = DISPATCHER, path = "/ops/"): Promise<void> {
    await this.page.goto(path);
    await this.page.getByLabel("Courriel").fill(user);
    await this.page.getByLabel("Mot de passe", { exact: true }).fill("demo");
    await this.button("Se connecter").click();
    await expect(this.rail).toBeVisible();
  }

  get rail(): Locator {
    return this.page.getByRole("navigation", { name: "Pièces de l'application" });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole("button", { name });
  }

  heading(name: string | RegExp): Locator {
    return this.page.getByRole("heading", { name });
  }

  dialog(name: string | RegExp): Locator {
    return this.page.getByRole("dialog", { name });
  }

  async press(keys: string): Promise<void> {
    for (const key of keys.split(" ")) await this.page.keyboard.press(key);
  }

  stop(): Promise<void> {
    return this.context.close();
  }
}

/** What axe finds on the page, whether it scrolls sideways, and what is cut in headings and on buttons; pictures go to SCREENSHOTS. */
export async function faultsOf(page: Page, screen: string): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html, any }) => `${screen}: ${id} ${html.slice(0, 200)} ${any[0]?.message ?? ""}`));
  if (await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")) found.push(`${screen}: scrolls sideways`);
  found.push(...(await cutTexts(page)).map((text) => `${screen}: cut: ${text}`));
  if (process.env["SCREENSHOTS"]) await page.screenshot({ path: `${process.env["SCREENSHOTS"]}/${screen}.png` });
  return found;
}
