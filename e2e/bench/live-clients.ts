/** A process of its own: so many browsers that follow live events, each on its own connection, come back after a loss where they were, and tell what they met. */
import { request } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { percentile } from "./figures.ts";

export interface Followers {
  readonly hubUrl: string;
  readonly cookie: string;
  readonly count: number;
}

export interface FollowersReport {
  /** Events handed to browsers, all together. */
  readonly events: number;
  readonly p50: number;
  readonly p99: number;
  /** Ids that did not follow the one before. */
  readonly gaps: number;
  readonly resets: number;
  /** How often a browser came back. */
  readonly returns: number;
  readonly furthest: number;
  readonly least: number;
}

export type Word = { readonly open: Followers } | { readonly report: true };
export type Answer = { readonly opened: number } | { readonly report: FollowersReport };

const OPENING_AT_ONCE = 100;
/** A browser waits so long before it comes back, as the stream tells it; and then they do not all come in one moment. */
const COMES_BACK_MS = 2_000;
const SPREAD_MS = 2_000;

/** The moment of an event, as its writer put it into its name: the clock of one machine. */
const ageOf = (data: string): number => performance.timeOrigin + performance.now() - Number((JSON.parse(data) as { name: string }).name);

class Browser {
  last: number | undefined;
  events = 0;
  gaps = 0;
  resets = 0;
  returns = 0;
  readonly #followers: Followers;
  readonly #ages: number[];

  constructor(followers: Followers, ages: number[]) {
    this.#followers = followers;
    this.#ages = ages;
  }

  /** Resolves once the stream is open; comes back by itself when it ends. */
  open(): Promise<void> {
    return new Promise((opened) => {
      const { hubUrl, cookie } = this.#followers;
      const resumed = this.last === undefined ? {} : { "last-event-id": String(this.last) };
      const asked = request(`${hubUrl}/events`, { agent: false, headers: { cookie, accept: "text/event-stream", ...resumed } }, (answer) => {
        if (answer.statusCode !== 200) return void answer.resume();
        opened();
        let text = "";
        answer.setEncoding("utf8");
        answer.on("error", () => undefined);
        answer.on("data", (chunk: string) => {
          const frames = (text + chunk).split("\n\n");
          text = frames.pop() ?? "";
          for (const frame of frames) this.#hear(frame);
        });
      });
      asked.on("error", () => undefined);
      // However it ended: refused, lost on the way, or cut.
      asked.once("close", () => {
        void wait(COMES_BACK_MS + Math.random() * SPREAD_MS).then(() => {
          this.returns += 1;
          return this.open().then(opened);
        });
      });
      asked.end();
    });
  }

  #hear(frame: string): void {
    const field = (name: string): string | undefined => frame.split("\n").find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    const [id, data] = [field("id"), field("data")];
    if (field("event") === "reset") this.resets += 1;
    if (id === undefined) return;
    if (data !== undefined && field("event") === undefined) {
      if (this.last !== undefined && Number(id) !== this.last + 1) this.gaps += 1;
      this.events += 1;
      this.#ages.push(ageOf(data));
    }
    this.last = Number(id);
  }
}

let browsers: Browser[] = [];
const ages: number[] = [];

async function open(followers: Followers): Promise<number> {
  browsers = Array.from({ length: followers.count }, () => new Browser(followers, ages));
  for (let start = 0; start < browsers.length; start += OPENING_AT_ONCE) await Promise.all(browsers.slice(start, start + OPENING_AT_ONCE).map((browser) => browser.open()));
  return browsers.length;
}

/** What was met since the last report. */
function report(): FollowersReport {
  const sum = (of: (browser: Browser) => number): number => browsers.reduce((total, browser) => total + of(browser), 0);
  const lasts = browsers.map(({ last }) => last ?? 0);
  const said = {
    events: sum(({ events }) => events), gaps: sum(({ gaps }) => gaps), resets: sum(({ resets }) => resets), returns: sum(({ returns }) => returns),
    p50: ages.length === 0 ? 0 : percentile(ages, 50), p99: ages.length === 0 ? 0 : percentile(ages, 99), furthest: Math.max(...lasts), least: Math.min(...lasts),
  };
  ages.length = 0;
  for (const browser of browsers) browser.events = 0;
  return said;
}

if (process.send) {
  process.on("message", (word: Word) => {
    if ("report" in word) return void process.send?.({ report: report() } satisfies Answer);
    open(word.open).then(
      (opened) => process.send?.({ opened } satisfies Answer),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}
