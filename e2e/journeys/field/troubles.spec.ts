/**
 * A phone in trouble: cut off, killed, signed out, tapped twice, its answers lost, in a real browser with the built app. `FIELD_SEED` draws another
 * run or the same again, `FIELD_RUNS` more of them.
 */
import { expect, test } from "@playwright/test";
import { seededRandom } from "@gigafibre/fixtures/demo/random";
import { ErpnextReader, STANDS } from "../read-back.ts";
import { aVisit, Phone } from "./technician.ts";

const TROUBLES = ["none", "underground", "up", "killed", "killed", "answer_lost", "signed_out", "tapped_twice"] as const;
const first = Number(process.env["FIELD_SEED"] ?? 7_100);
const runs = Number(process.env["FIELD_RUNS"] ?? 1);

for (const seed of Array.from({ length: runs }, (_, run) => first + run)) {
  test(`what was noted on a phone in trouble is in ERPNext once and in order (seed ${seed})`, async ({ browser, baseURL, playwright }) => {
    test.setTimeout(240_000);
    const random = seededRandom(`troubles ${seed}`);
    const planned = await aVisit(playwright.request, baseURL ?? "");
    const phone = await Phone.start(browser, baseURL ?? "");
    const visit = `/field/visites/${planned.job}`;
    let answersLost = 0;
    await phone.context.route("**/api/field/actions", async (route) => {
      if (answersLost === 0) return route.continue();
      answersLost -= 1;
      // The hub has done it, where it could be reached at all.
      await route.fetch().catch((error: unknown) => console.log(`not reached: ${String(error).split("\n")[0]}`));
      return route.abort();
    });
    await phone.signIn();
    await phone.page.getByText(planned.customer).click();
    await expect(phone.heading(planned.customer)).toBeVisible();

    const noted: string[] = [];
    let underground = false;
    for (const trouble of [...Array.from({ length: 7 }, () => random.pick(TROUBLES)), ...TROUBLES.filter((each) => random.chance(0.5) && each !== "up")]) {
      if (trouble === "underground" && !underground) await phone.goUnderground();
      if (trouble === "up" && underground) await phone.comeUp();
      underground = trouble === "underground" || (underground && trouble !== "up");
      if (trouble === "answer_lost") answersLost = 1;
      if (trouble === "signed_out") await phone.context.clearCookies();
      const text = `seed ${seed}, ${noted.length + 1}: ${trouble}`;
      noted.push(text);
      await phone.button("Ajouter une note").click();
      await phone.page.getByRole("textbox", { name: "Note" }).fill(text);
      const save = phone.button("Enregistrer");
      await (trouble === "tapped_twice" ? save.evaluate((button: { click(): void }) => (button.click(), button.click())) : save.click());
      await expect(phone.page.getByText(text)).toBeVisible();
      await expect(phone.page.getByRole("dialog")).toHaveCount(0);
      if (trouble === "killed") {
        await phone.openCold(visit);
        await expect(phone.heading(planned.customer)).toBeVisible();
      }
    }
    if (underground) await phone.comeUp();
    answersLost = 0;
    await phone.openCold(visit);
    await expect(phone.banner).toContainText(/Tout est envoyé|[Cc]onnect/, STANDS);
    if (!(await phone.banner.innerText()).includes("Tout est envoyé")) {
      await phone.banner.click();
      await phone.page.getByLabel("Mot de passe", { exact: true }).fill("demo");
      await phone.button("Se connecter").click();
    }
    await expect(phone.banner).toContainText("Tout est envoyé", STANDS);

    const erpnext = await ErpnextReader.signIn(await playwright.request.newContext({ baseURL }));
    const { notes } = await erpnext.get("Dispatch Job", planned.job);
    expect(String(notes).split("\n").filter((line) => line.startsWith(`seed ${seed}, `))).toEqual(noted);
    await phone.stop();
  });
}
