/**
 * The built app in a phone's real browser, with its service worker: cut off, killed, signed out, tapped twice, its clock wrong, its answers lost, its
 * visit given to somebody else meanwhile. Each note is in ERPNext once and in order, or told once and in order to dispatch.
 */
import { chromium } from "@playwright/test";
import type { Browser } from "@playwright/test";
import { seededRandom } from "@gigafibre/fixtures/demo/random";
import type { Random } from "@gigafibre/fixtures/demo/random";
import { CHROMIUM_FLAGS, findChromium } from "@gigafibre/fixtures/stack/chromium";
import { Phone } from "../journeys/field/technician.ts";
import type { Case } from "./case.ts";
import { until } from "./case.ts";
import { homeOf, move, plannedVisit, standingOf } from "./planned-visits.ts";
import type { World } from "./world.ts";

const TROUBLES = ["none", "underground", "up", "killed", "killed", "answer_lost", "signed_out", "tapped_twice", "clock"] as const;
type Trouble = (typeof TROUBLES)[number] | "moved";
const AT_ONCE = 5;
const NOTES = 6;
const LONGEST_CLOCK_DAYS = 400;
/** Nothing here is about how fast the machine is: what has not come by then does not come. */
const SENT_WITHIN_MS = 240_000;
const PATIENCE_MS = 120_000;

/** Whatever the page and its tabs ask, until the phone is closed, is by a clock that is wrong by `clock-off`. */
const WRONG_CLOCK = `{
  const Right = Date;
  const now = () => Right.now() + Number(localStorage.getItem("clock-off") ?? 0);
  window.Date = class extends Right {
    constructor(...given) { super(...(given.length === 0 ? [now()] : given)); }
    static now() { return now(); }
  };
}`;

/** One for all runs; a phone is a context of its own. */
let launched: Promise<Browser> | undefined;
const browser = (): Promise<Browser> => (launched ??= chromium.launch({ executablePath: findChromium() ?? "chromium", args: CHROMIUM_FLAGS }));

export async function closeBrowser(): Promise<void> {
  await (await launched)?.close();
  launched = undefined;
}

/** One run in three has its visit given away, while the phone is out of reach. */
function draw(random: Random): Trouble[] {
  const drawn: Trouble[] = Array.from({ length: NOTES }, () => random.pick(TROUBLES));
  if (random.chance(1 / 3)) drawn.splice(random.between(1, drawn.length), 0, "moved");
  return drawn;
}

class Troubled {
  readonly #world: World;
  readonly #phone: Phone;
  readonly #job: string;
  readonly #title: string;
  readonly noted: string[] = [];
  /** From which note on the visit was somebody else's. */
  movedFrom = Number.POSITIVE_INFINITY;
  #underground = false;
  #answersLost = 0;

  constructor(world: World, phone: Phone, job: string, title: string) {
    this.#world = world;
    this.#phone = phone;
    this.#job = job;
    this.#title = title;
  }

  async begin(): Promise<void> {
    const { context } = this.#phone;
    context.setDefaultTimeout(PATIENCE_MS);
    await context.addInitScript(WRONG_CLOCK);
    await context.route("**/api/field/actions", async (route) => {
      if (this.#answersLost === 0) return route.continue();
      this.#answersLost -= 1;
      // The hub has done it, where it could be reached at all.
      const reached = await route.fetch().then(() => true, () => false);
      return route.abort(reached ? "connectionreset" : "internetdisconnected");
    });
    await this.#phone.signIn();
    await this.#open();
  }

  async #open(): Promise<void> {
    await this.#phone.openCold(`/field/visites/${this.#job}`);
    await this.#phone.heading(this.#title).waitFor();
  }

  async meet(trouble: Trouble, random: Random): Promise<void> {
    if (trouble === "moved") return this.#moved();
    // Out of reach it stays, once the visit is somebody else's: a phone that hears of it carries the visit no more.
    if (trouble === "up" && this.#underground && this.movedFrom === Number.POSITIVE_INFINITY) await this.#comeUp();
    if (trouble === "underground") await this.#goUnderground();
    if (trouble === "answer_lost") this.#answersLost = 1;
    if (trouble === "signed_out") await this.#phone.context.clearCookies();
    if (trouble === "clock") {
      const off = random.between(-LONGEST_CLOCK_DAYS, LONGEST_CLOCK_DAYS) * 86_400_000;
      await this.#phone.page.evaluate(`localStorage.setItem("clock-off", "${off}")`);
    }
    await this.#note(`${this.#job}, ${this.noted.length + 1}: ${trouble}`, trouble === "tapped_twice");
    if (trouble === "killed") await this.#open();
  }

  async #note(text: string, twice: boolean): Promise<void> {
    const { page } = this.#phone;
    await this.#phone.button("Ajouter une note").click();
    await page.getByRole("textbox", { name: "Note" }).fill(text);
    const save = this.#phone.button("Enregistrer");
    await (twice ? save.evaluate((button: { click(): void }) => (button.click(), button.click())) : save.click());
    await page.getByText(text).first().waitFor();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    this.noted.push(text);
  }

  async #moved(): Promise<void> {
    await this.#goUnderground();
    this.movedFrom = this.noted.length;
    await move(this.#world, this.#job);
  }

  async #goUnderground(): Promise<void> {
    if (!this.#underground) await this.#phone.goUnderground();
    this.#underground = true;
  }

  async #comeUp(): Promise<void> {
    if (this.#underground) await this.#phone.comeUp();
    this.#underground = false;
  }

  /** Up again, and signed in where that is asked, until nothing is left to send. */
  async sendAll(): Promise<boolean> {
    this.#answersLost = 0;
    await this.#comeUp();
    await this.#phone.openCold();
    const says = async (): Promise<string> => (await this.#phone.banner.isVisible()) ? this.#phone.banner.innerText() : "";
    return until(async () => {
      const said = await says();
      if (said.startsWith("Connectez-vous")) await this.#signInAgain();
      return said === "Tout est envoyé";
    }, SENT_WITHIN_MS);
  }

  async #signInAgain(): Promise<void> {
    await this.#phone.banner.click();
    const sheet = this.#phone.sheet("Votre session est terminée");
    await sheet.getByLabel("Mot de passe", { exact: true }).fill("demo");
    await sheet.getByRole("button", { name: "Se connecter" }).click();
    await sheet.waitFor({ state: "detached" });
  }
}

async function run(world: World, seed: number): Promise<string[]> {
  const random = seededRandom(`phone ${seed}`);
  const home = await homeOf(world);
  const job = await plannedVisit(world, home);
  const phone = await Phone.start(await browser(), world.hub.url);
  const drawn = draw(random);
  const complaints: string[] = [];
  const complain = (text: string): void => void complaints.push(`${job} ${drawn.join(", ")}: ${text}`);
  try {
    const troubled = new Troubled(world, phone, job, home.title);
    await troubled.begin();
    for (const trouble of drawn) await troubled.meet(trouble, random);
    if (!(await troubled.sendAll())) complain(`the phone still says "${await phone.banner.innerText()}"`);
    const { noted, movedFrom } = troubled;
    const { notes, told } = await standingOf(world, job);
    const timesIn = (text: string, of: string): number => of.split(text).length - 1;
    for (const [index, text] of noted.entries()) {
      const [stands, heard] = [timesIn(text, notes), timesIn(text, told)];
      if (stands + heard !== 1) complain(`the note "${text}" stands ${stands} times, and is told ${heard} times to dispatch`);
      if (index >= movedFrom && stands > 0) complain(`the note "${text}" stands in a visit that was somebody else's`);
      if (movedFrom === Number.POSITIVE_INFINITY && heard > 0) complain(`the note "${text}" is told to dispatch although the visit was theirs`);
    }
    for (const written of [notes, told]) {
      const places = noted.map((text) => written.indexOf(text)).filter((place) => place >= 0);
      if (places.some((place, index) => index > 0 && place < (places[index - 1] ?? 0))) complain(`the notes stand in another order than they were made: ${written}`);
    }
  } catch (error) {
    const shown = await phone.page.locator("body").innerText({ timeout: 2_000 }).catch(() => "nothing");
    complain(`${error instanceof Error ? error.message : String(error)}\nshown: ${shown.replaceAll("\n", " · ").slice(0, 400)}`);
  } finally {
    await phone.stop();
  }
  return complaints.length === 0 ? [] : [...complaints, `replay: pnpm faults --only phones --seed ${seed} --runs 1`];
}

/** Some phones at once, for most of a run is waiting; each run from a seed of its own. */
export function phoneCases(seed: number, runs: number): Case[] {
  return Array.from({ length: Math.ceil(runs / AT_ONCE) }, (_, batch) => {
    const seeds = Array.from({ length: Math.min(AT_ONCE, runs - batch * AT_ONCE) }, (_each, index) => seed + batch * AT_ONCE + index);
    return {
      name: `phones in a real browser, ${batch * AT_ONCE + 1} to ${batch * AT_ONCE + seeds.length} of ${runs}, seeds ${seeds.join(" ")}`,
      quick: true,
      run: async (world) => (await Promise.all(seeds.map((each) => run(world, each)))).flat(),
    };
  });
}
