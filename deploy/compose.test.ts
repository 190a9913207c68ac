/** compose.yaml holds what it claims, without Docker; where Docker's compose is installed, it is asked too. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { SETTINGS } from "../hub/src/config.ts";

const house = fileURLToPath(new URL("..", import.meta.url));
const read = (file: string): string => readFileSync(path.join(house, file), "utf8");

const service = z.object({
  image: z.string(),
  build: z.object({ context: z.literal(".."), dockerfile: z.string(), target: z.string().optional() }).optional(),
  restart: z.string(),
  profiles: z.array(z.string()).default([]),
  command: z.union([z.string(), z.array(z.string())]).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  healthcheck: z.object({ disable: z.boolean().optional(), test: z.array(z.string()).optional() }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  networks: z.array(z.string()).optional(),
  network_mode: z.string().optional(),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  logging: z.object({ options: z.object({ "max-size": z.string(), "max-file": z.string() }) }),
  mem_limit: z.string().optional(),
  stop_grace_period: z.string().optional(),
});
const composed = z.object({
  services: z.record(z.string(), service),
  networks: z.record(z.string(), z.object({ internal: z.boolean().optional() })),
  volumes: z.record(z.string(), z.null()),
});

const source = read("deploy/compose.yaml");
const { services, networks, volumes } = composed.parse(parse(source, { merge: true }));
const named = Object.entries(services);
const offenders = (breaks: (each: z.infer<typeof service>, name: string) => boolean): string[] => named.filter(([name, each]) => breaks(each, name)).map(([name]) => name);

/** What is done once and ends: others wait for it, or it is the last. */
const once = new Set(offenders((each) => each.restart.startsWith("on-failure")));
const dockerfile = (each: z.infer<typeof service>): string => (each.build ? read(path.join("deploy", each.build.context, each.build.dockerfile)) : "");
const catalog = z.object({ catalog: z.record(z.string(), z.string()) }).parse(parse(read("pnpm-workspace.yaml"))).catalog;

describe("every service", () => {
  it("comes from an image with a full version, built here or pulled", () => {
    expect(offenders((each) => !/:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/.test(each.image))).toEqual([]);
    expect(offenders((each) => each.image.startsWith("gigafibre/") !== (each.build !== undefined))).toEqual([]);
    expect(offenders((each) => each.build !== undefined && !existsSync(path.join(house, each.build.dockerfile)))).toEqual([]);
  });

  it("says how healthy it is, starts again by itself and keeps its log small", () => {
    expect(offenders((each, name) => !once.has(name) && !each.healthcheck?.test && !dockerfile(each).includes("\nHEALTHCHECK "))).toEqual([]);
    expect(offenders((each, name) => !once.has(name) && each.restart !== "unless-stopped")).toEqual([]);
    expect(offenders((each, name) => once.has(name) && each.healthcheck?.disable !== true)).toEqual([]);
    expect(offenders(({ logging }) => logging.options["max-size"] === "")).toEqual([]);
  });

  it("that stays up has a limit of memory, and all of them fit into 8 GB", () => {
    const megabytes = (limit: string): number => Number.parseInt(limit) * (limit.endsWith("g") ? 1024 : 1);
    expect(offenders((each, name) => !once.has(name) && each.mem_limit === undefined)).toEqual([]);
    const inUse = named.filter(([, each]) => each.profiles.length === 0).map(([, each]) => megabytes(each.mem_limit ?? "0m"));
    expect(inUse.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(8 * 1024 - 512);
  });

  it("waits for what is there, and for what ends by its end", () => {
    for (const [name, { depends_on }] of named) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        expect(services, `${name} waits for ${other}`).toHaveProperty(other);
        expect(condition, `${name} waits for ${other}`).toBe(once.has(other) ? "service_completed_successfully" : "service_healthy");
      }
    }
  });

  it("of QA's is in the profile, and nothing outside of it waits for one", () => {
    const qa = new Set(offenders((each) => each.profiles.includes("test")));
    expect([...qa].sort()).toEqual(["demo-data", "inbox", "stripe", "test-site"]);
    expect(offenders((each, name) => !qa.has(name) && Object.keys(each.depends_on).some((other) => qa.has(other)))).toEqual([]);
  });

  it("opens its ports to this machine only, except the proxy", () => {
    expect(offenders(({ ports }, name) => name !== "proxy" && ports.some((port) => !port.startsWith("127.0.0.1:")))).toEqual([]);
    expect(services["proxy"]?.ports).toEqual(["80:80", "443:443", "443:443/udp"]);
  });
});

describe("what services share", () => {
  it("is declared: volumes and networks, each in use", () => {
    const mounted = named.flatMap(([, each]) => each.volumes.map((volume) => volume.split(":")[0] ?? ""));
    const joined = named.flatMap(([, each]) => each.networks ?? []);
    expect(offenders((each) => each.networks === undefined && each.network_mode === undefined)).toEqual([]);
    expect([...new Set(mounted.filter((volume) => !volume.startsWith(".")))].sort()).toEqual(Object.keys(volumes).sort());
    expect([...new Set(joined)].sort()).toEqual(Object.keys(networks).sort());
    expect(mounted.filter((volume) => volume.startsWith(".") && !existsSync(path.join(house, "deploy", volume)))).toEqual([]);
  });

  it("keeps the databases where nobody outside can reach them", () => {
    for (const database of ["mariadb", "redis-cache", "redis-queue", "postgres"]) {
      expect(services[database]?.ports, database).toEqual([]);
      expect((services[database]?.networks ?? []).filter((network) => networks[network]?.internal !== true), database).toEqual([]);
    }
  });
});

describe("settings", () => {
  const variables = [...source.replaceAll("$$", "").matchAll(/\$\{([A-Z_]+)(:?[-?][^}]*)?\}/g)].map(([, name = "", rest = ""]) => ({ name, rest }));
  const example = new Map([...read("deploy/.env.example").matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]));

  it("of compose.yaml are those of .env.example, no more and no less", () => {
    expect([...new Set(variables.map(({ name }) => name))].sort()).toEqual([...example.keys()].sort());
  });

  it("that are secret have no value of their own, and are asked for where nothing runs without them", () => {
    const secret = /PASSWORD|SECRET|API_KEY|TOKEN|ENCRYPTION_KEYS|PUBLISHABLE/;
    expect(variables.filter(({ name, rest }) => secret.test(name) && ![":?", ":-"].includes(rest))).toEqual([]);
    expect(variables.filter(({ name, rest }) => /^(?!ACS_PASSWORD).*PASSWORD|ERPNEXT_.*(KEY|SECRET)|ENCRYPTION_KEYS/.test(name) && rest !== ":?")).toEqual([]);
    expect([...example].filter(([name, value]) => secret.test(name) && !["", "k1:"].includes(value))).toEqual([]);
  });

  it("of the hub are all given to it, and nothing that it does not know", () => {
    expect(Object.keys(services["hub"]?.environment ?? {}).sort()).toEqual([...SETTINGS].sort());
  });

  it("of the proxy are those that its Caddyfile reads", () => {
    const asked = [...read("deploy/proxy/Caddyfile").matchAll(/\{\$([A-Z_]+)\}/g)].map(([, name = ""]) => name);
    expect([...new Set(asked)].sort()).toEqual(Object.keys(services["proxy"]?.environment ?? {}).sort());
  });

  it("of the scripts are given to each service that runs them", () => {
    const shell = (file: string): string[] => [...new Set([...read(`deploy/${file}`).matchAll(/\$\{?([A-Z_]{4,})\b(?!:-)|environ\["([A-Z_]+)"\]/g)].map(([, a, b]) => a ?? b ?? ""))];
    const given = (name: string): string[] => Object.keys(services[name]?.environment ?? {});
    expect(given("create-site")).toEqual(expect.arrayContaining([...shell("erpnext/create-site.sh"), ...shell("erpnext/restore.sh"), ...shell("erpnext/connect_hub.py")]));
    expect(given("mosquitto")).toEqual(expect.arrayContaining([...shell("mosquitto/start.sh"), ...shell("mosquitto/healthy.sh")]));
    expect(given("backup-erpnext")).toEqual(expect.arrayContaining(shell("backup/daily.sh")));
  });
});

describe("versions agree", () => {
  it("between the images of ours, the app and the hub", () => {
    const app = /__version__ = "(.+)"/.exec(read("erpnext-app/gigafibre_fsm/__init__.py"))?.[1];
    const hub = z.object({ version: z.string() }).parse(JSON.parse(read("hub/package.json"))).version;
    const tags = named.filter(([, each]) => each.build).map(([, each]) => each.image.split(":")[1]);
    expect(new Set(tags)).toEqual(new Set([app, hub]));
  });

  it("between ERPNext's image and what the app asks for", () => {
    const [, erpnext = ""] = /^FROM frappe\/erpnext:v(\d+)\.\d+\.\d+$/m.exec(read("deploy/erpnext/Dockerfile")) ?? [];
    const wanted = read("erpnext-app/pyproject.toml");
    expect(wanted).toContain(`erpnext = ">=${erpnext}.0.0,<${Number(erpnext) + 1}.0.0"`);
    expect(read("erpnext-app/gigafibre_fsm/hooks.py")).toContain('required_apps = ["frappe/erpnext"]');
    expect(read("deploy/erpnext/create-site.sh")).toContain("for app in erpnext gigafibre_fsm;");
  });

  it("between the hub's image and the house's Node and pnpm", () => {
    const file = read("deploy/hub/Dockerfile");
    expect([...file.matchAll(/^FROM node:(\S+?)-bookworm-slim/gm)].map(([, version]) => version)).toEqual([catalog["node"], catalog["node"]]);
    expect(file).toContain(`npm install --global pnpm@${catalog["pnpm"]}\n`);
    expect(file).toMatch(/^USER node\nEXPOSE 4000\nHEALTHCHECK .*\/readyz/m);
  });

  it("between the packages of the house and those that the images are built from", () => {
    const { packages } = z.object({ packages: z.array(z.string()) }).parse(parse(read("pnpm-workspace.yaml")));
    const copied = [...read("deploy/hub/Dockerfile").matchAll(/^COPY (\S+)\/package\.json \1\/$/gm)].map(([, room = ""]) => room);
    expect(copied).toEqual(expect.arrayContaining(packages));
  });

  it("between the hub's patience and Docker's", () => {
    const [, patience = ""] = /STOP_WITHIN_MS = (\d+)_000;/.exec(read("hub/src/server.ts")) ?? [];
    expect(Number.parseInt(services["hub"]?.stop_grace_period ?? "")).toBeGreaterThan(Number(patience));
  });
});

describe("only the ACS bridge says what a device said", () => {
  it("in the broker's rules", () => {
    const rules = new Map(
      read("deploy/mosquitto/acl").split(/^user /m).slice(1).map((part): [string, string[]] => {
        const [user = "", ...lines] = part.split("\n");
        return [user, lines.filter((line) => line.startsWith("topic "))];
      }),
    );
    expect([...rules].filter(([, lines]) => lines.some((line) => /^topic (write|readwrite) (device\/|#|\+)/.test(line) || /^topic [^rw]/.test(line))).map(([user]) => user)).toEqual(["acs-bridge"]);
    expect(read("deploy/mosquitto/mosquitto.conf")).toContain("allow_anonymous false");
  });
});

if (spawnSync("docker", ["compose", "version"]).status === 0) {
  describe("docker compose", () => {
    const config = (...args: string[]): string => {
      const folder = mkdtempSync(path.join(tmpdir(), "gigafibre-compose-"));
      try {
        const filled = read("deploy/.env.example").replace(/^([A-Z_]+)=$/gm, "$1=x");
        writeFileSync(path.join(folder, ".env"), filled);
        return execFileSync("docker", ["compose", "--file", path.join(house, "deploy/compose.yaml"), "--env-file", path.join(folder, ".env"), ...args], { encoding: "utf8" });
      } finally {
        rmSync(folder, { recursive: true });
      }
    };

    it("takes the file, with QA's profile and without", () => {
      const lines = (output: string): string[] => output.trim().split("\n").sort();
      expect(lines(config("config", "--services"))).toEqual(offenders((each) => each.profiles.length === 0).sort());
      expect(lines(config("--profile", "test", "config", "--services"))).toEqual(Object.keys(services).sort());
      expect(config("--profile", "test", "config", "--quiet")).toBe("");
    });
  });
}
