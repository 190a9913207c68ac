import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { cutTexts } from "../cut-text.ts";
import { throughEveryScreen } from "./screens.ts";
import { aVisit, Phone } from "./technician.ts";

for (const colorScheme of ["light", "dark"] as const) {
  test(`every screen has no violation that axe can find, to AAA in contrast and in the size of targets (${colorScheme})`, async ({ browser, baseURL, playwright }) => {
    test.setTimeout(300_000);
    const phone = await Phone.start(browser, baseURL ?? "", { colorScheme });
    const found: string[] = [];
    await throughEveryScreen(phone, await aVisit(playwright.request, baseURL ?? ""), async (screen) => {
      const { violations } = await new AxeBuilder({ page: phone.page }).options({ rules: { "color-contrast-enhanced": { enabled: true }, "target-size": { enabled: true } } }).analyze();
      found.push(...violations.flatMap(({ id, nodes }) => nodes.map(({ html, any }) => `${screen}: ${id} ${html.slice(0, 200)} ${any[0]?.message ?? ""}`)));
      const wide = await phone.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth");
      if (wide) found.push(`${screen}: scrolls sideways`);
      found.push(...(await cutTexts(phone.page)).map((text) => `${screen}: cut: ${text}`));
      if (process.env["SCREENSHOTS"]) await phone.page.screenshot({ path: `${process.env["SCREENSHOTS"]}/${screen}-${colorScheme}.png`, fullPage: screen.startsWith("visit") });
    });
    await phone.stop();
    expect(found).toEqual([]);
  });
}
