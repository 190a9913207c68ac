import { expect, test } from "@playwright/test";
import { aVisit } from "../field/technician.ts";
import { AGENT, faultsOf, Office } from "./office.ts";

/** Lists by their address, with what each is called. */
const LISTS = { clients: "Clients", lieux: "Lieux", abonnements: "Abonnements", equipements: "Équipements", visites: "Visites", billets: "Billets", pistes: "Pistes", factures: "Factures" };

// The rooms' own specs look at them at 1440; here all of them stand at the narrowest width that is promised.
for (const colorScheme of ["light", "dark"] as const) {
  test(`at 1024 no screen scrolls sideways, cuts what it says, or has a violation that axe can find (${colorScheme})`, async ({ browser, baseURL, playwright }) => {
    test.setTimeout(480_000);
    const { customer } = await aVisit(playwright.request, baseURL ?? "");
    const office = await Office.start(browser, baseURL ?? "", { colorScheme, width: 1024 });
    const found: string[] = [];
    const at = async (screen: string): Promise<void> => void found.push(...(await faultsOf(office.page, `${screen}-${colorScheme}-1024`)));
    await office.signIn(AGENT);
    await expect(office.page.getByRole("heading", { name: "Dernières nouvelles" })).toBeVisible();
    await at("home");
    await office.page.goto("/ops/fil");
    await expect(office.page.locator("li[id^=event-]").first()).toBeVisible();
    await at("feed");
    await office.button("Tout").click();
    await at("feed-all");
    for (const [slug, name] of Object.entries(LISTS)) {
      await office.page.goto(`/ops/listes/${slug}`);
      await expect(office.heading(name)).toBeVisible();
      await expect(office.page.getByRole("status").filter({ hasText: "ligne" })).toBeVisible();
      await at(`list-${slug}`);
    }
    await office.page.goto("/ops/listes/clients?q=personne-de-ce-nom");
    await expect(office.button("Tout montrer")).toBeVisible();
    await at("list-none");
    await office.page.goto("/ops/commandes/nouvelle");
    await expect(office.heading("Nouvelle commande")).toBeVisible();
    await at("phone-order");
    await office.page.goto("/ops/repartition");
    // The map is loaded after the board, and a machine without a graphics card takes its time to draw it.
    await expect(office.page.getByRole("region", { name: /^Plan:/ })).toBeVisible({ timeout: 60_000 });
    await office.press("?");
    await expect(office.dialog("Raccourcis du clavier")).toContainText("Déplacer la visite choisie");
    await at("tour");
    await office.press("Escape");
    await office.press("Control+k");
    await office.page.getByRole("combobox", { name: "Trouver" }).fill(customer);
    await expect(office.page.getByRole("option").first()).toBeVisible();
    await at("find");
    await office.press("Enter");
    await expect(office.heading(customer)).toBeVisible();
    await expect(office.page.getByRole("region", { name: "Historique" })).toBeVisible();
    await at("customer");
    expect(found).toEqual([]);
    await office.stop();
  });
}
