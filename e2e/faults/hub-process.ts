/** The hub as a real process that can be killed at a named moment, and that is started again when it dies, as a service manager would. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const house = fileURLToPath(new URL("../..", import.meta.url));
const preload = new URL("crash-preload.mjs", import.meta.url).href;
const READY_WITHIN_MS = 120_000;
/** So many ends running, without having been ready in between, are not worth another try. */
const FAILED_STARTS = 5;

export interface Moment {
  readonly moment: string;
  readonly subject: string;
}

/** Kills the hub when it reaches `moment` (for `subject`, if given) for the nth time from now. */
export interface Trap {
  readonly id: string;
  readonly moment: string;
  readonly subject?: string;
  readonly nth: number;
}

type Word = Moment | { readonly killed: string } | { readonly set: true };

export interface HubOptions {
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
  /** Arguments of Node before the hub's own file. */
  readonly nodeArguments?: readonly string[];
  readonly log: (line: string) => void;
}

export class HubProcess {
  readonly url: string;
  /** Every moment reached since the suite began, oldest first. */
  readonly moments: Moment[] = [];
  /** Ids of the traps that killed it. */
  readonly sprung = new Set<string>();
  kills = 0;
  readonly #options: HubOptions;
  readonly #listeners = new Set<(moment: Moment) => void>();
  #traps: Trap[] = [];
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #stopping = false;
  /** How often it ended without being told to, in the words of its end. */
  readonly deaths: string[] = [];
  #failedStarts = 0;
  #onSet: (() => void)[] = [];

  constructor(options: HubOptions) {
    this.#options = options;
    this.url = `http://127.0.0.1:${options.port}`;
  }

  /** Starts it and waits until it says that it is ready. */
  async start(): Promise<void> {
    this.#stopping = false;
    this.#launch();
    await this.ready();
  }

  /** @throws Error when it is not ready within two minutes. */
  async ready(): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    while (Date.now() < deadline) {
      const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
      await answer?.arrayBuffer();
      if (answer?.ok) {
        this.#failedStarts = 0;
        return;
      }
      if (this.#failedStarts >= FAILED_STARTS) throw new Error(`the hub cannot start: ${this.deaths.at(-1) ?? ""}`);
      await wait(25);
    }
    throw new Error("the hub was not ready within two minutes");
  }

  /** Sets a trap beside those that stand, and returns once the hub knows of it. */
  async trap(trap: Trap): Promise<void> {
    this.#traps = [...this.#traps, trap];
    await this.#tell();
  }

  async clearTraps(): Promise<void> {
    this.#traps = [];
    await this.#tell();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  onMoment(listener: (moment: Moment) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Kills it now, whatever it is doing; it is started again. */
  kill(): void {
    this.kills += 1;
    this.#child?.kill("SIGKILL");
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#child?.kill("SIGTERM");
    const gone = await Promise.race([this.#exited.then(() => true), wait(20_000, false, { ref: false })]);
    if (!gone) this.#child?.kill("SIGKILL");
    await this.#exited;
  }

  #launch(): void {
    const { port, settings, nodeArguments = [], log } = this.#options;
    const child = spawn(process.execPath, ["--import", preload, ...nodeArguments, `${house}hub/src/server.ts`], {
      cwd: house,
      stdio: ["ignore", "pipe", "pipe", "pipe", "ipc"],
      env: { PATH: process.env["PATH"] ?? "", LOG_LEVEL: "warn", ...settings, PORT: String(port) },
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) if (stream) createInterface(stream).on("line", log);
    createInterface(child.stdio[3] as Readable).on("line", (line) => this.#heard(JSON.parse(line) as Word));
    if (this.#traps.length > 0) void this.#tell();
    this.#exited = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        resolve();
        for (const told of this.#onSet.splice(0)) told();
        if (this.#stopping) return;
        if (signal !== "SIGKILL") {
          this.#failedStarts += 1;
          this.deaths.push(`the hub ended by itself (${signal ?? `code ${code}`})`);
        }
        this.#launch();
      });
    });
  }

  #tell(): Promise<void> {
    const child = this.#child;
    if (!child?.connected) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onSet.push(resolve);
      child.send({ traps: this.#traps }, (error) => {
        if (error) resolve();
      });
    });
  }

  #heard(word: Word): void {
    if ("set" in word) {
      for (const told of this.#onSet.splice(0)) told();
    } else if ("killed" in word) {
      this.kills += 1;
      this.sprung.add(word.killed);
      this.#traps = this.#traps.filter((trap) => trap.id !== word.killed);
    } else {
      this.moments.push(word);
      for (const listener of this.#listeners) listener(word);
    }
  }
}
