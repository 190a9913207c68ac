import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { anAddress } from "./addresses.ts";
import { OrderPage, somebody } from "./order-page.ts";

test("every page of the way has no violation that axe can find", async ({ page, request }) => {
  const clean = async (where: string) => {
    const { violations } = await new AxeBuilder({ page }).exclude("iframe").analyze();
    expect(violations.map((violation) => `${where}: ${violation.id} ${violation.nodes[0]?.html}`)).toEqual([]);
  };
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("/");
  await clean("landing");
  await page.goto("/conditions");
  await clean("terms");
  const address = await anAddress(request, "available");
  const order = new OrderPage(page);
  await order.begin(address.label, address.label);
  await clean("plans");
  await order.plan(/^25 Mbit/);
  await expect(order.heading("Voulez-vous la télé?")).toBeVisible();
  await clean("TV");
  await order.tv(/Standard/);
  await expect(order.heading("Voulez-vous le téléphone?")).toBeVisible();
  await clean("phone");
  await order.phone(/1 ligne/);
  await expect(order.heading("Comment vous joindre?")).toBeVisible();
  await clean("contact");
  await order.contact(somebody());
  await expect(order.heading("Quand pouvons-nous venir?")).toBeVisible();
  await clean("dates");
  await order.dates();
  await expect(order.heading("Votre carte, pour plus tard")).toBeVisible();
  await clean("card");
});

test("the order is possible by keyboard alone, up to the card", async ({ page, request }) => {
  const address = await anAddress(request, "available");
  await page.goto("/");
  await page.getByRole("combobox", { name: "Votre adresse" }).focus();
  await page.keyboard.type(address.label);
  await expect(page.getByRole("option").first()).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  const order = new OrderPage(page);
  await expect(order.heading("Quelle vitesse pour votre maison?")).toBeFocused();
  await page.getByRole("radio").first().focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await expect(order.heading("Voulez-vous la télé?")).toBeFocused();
});

test("the English site takes the same order", async ({ page, request }) => {
  const address = await anAddress(request, "available");
  await page.goto("/en");
  await page.getByRole("combobox", { name: "Your address" }).fill(address.label);
  await page.getByRole("option").first().click();
  await expect(page.getByRole("heading", { name: "How fast should your home be?" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", /^en/);
});
