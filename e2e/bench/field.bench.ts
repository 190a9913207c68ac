/** How soon the technicians' app shows the day with the server gone, beside an empty page of the same browser. The hub's answers are canned: at the moment that counts nobody answers. */
import { createServer } from "node:http";
import type { Server } from "node:http";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import type { BrowserContext } from "@playwright/test";
import { localDate } from "@gigafibre/contracts/dates";
import { checksFor } from "@gigafibre/contracts/visits";
import type { Visit, VisitDays } from "@gigafibre/contracts/visits";
import { CHROMIUM_FLAGS, findChromium } from "@gigafibre/fixtures/stack/chromium";
import { buildRoom } from "@gigafibre/fixtures/stack/pages-build";
import { milliseconds, percentile } from "./figures.ts";
import type { Figure } from "./figures.ts";

const house = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const LIMIT_MS = 1_000;
const USER = { user: "tech1@gigafibre.test", full_name: "Théo Brault" };
const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".wasm": "application/wasm", ".webmanifest": "application/manifest+json" };

/** A full day, each visit with ten photos' thumbnails. */
function days(): VisitDays {
  const today = localDate(new Date());
  const services: Visit["services"] = [{ name: "S", label: "Fibre 150 Mbit/s", service_type: "Internet" }];
  const visits = Array.from({ length: 12 }, (_, index): Visit => ({
    name: `JOB-${index}`, modified: `${today} 08:00:00`, job_type: "Installation", status: "Scheduled", order_id: null, date: today, starts_at: `${String(8 + index).padStart(2, "0")}:00`, ends_at: null,
    customer: { name: "C", title: `Rose Tremblay ${index}`, phone: "4505550100", language: "fr" },
    place: { name: "L", address: `${index} rue Principale`, city: "Hemmingford", postal_code: "J0L 1H0", latitude: 45, longitude: -73, olt_name: "OLT", olt_port: "0/1/2", ont_id: "3", status: "Pending Install" },
    services, equipment: [], checks: checksFor("Installation", services), notes: "", history: [], signed: false, port_activation: null, payment: null,
    photos: Array.from({ length: 10 }, () => ({ id: crypto.randomUUID(), caption: "", stored: true, thumbnail: `data:image/jpeg;base64,${"A".repeat(12_000)}` })),
  }));
  return { ...USER, today, made_at: new Date().toISOString(), visits };
}

async function serve(root: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const answers: Readonly<Record<string, unknown>> = { "/api/method/login": {}, "/api/session": { ...USER, roles: ["Field Technician"] }, "/api/field/days": days() };
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://hub");
    const answer = answers[pathname];
    if (answer !== undefined) return void response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
    const file = pathname === "/field/" ? "index.html" : pathname.slice("/field/".length);
    readFile(path.join(root, file)).then(
      (content) => response.setHeader("content-type", TYPES[path.extname(file)] ?? "application/octet-stream").end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}

/** From the opening of a new page until what is looked for has been painted. */
async function shownAfter(context: BrowserContext, url: string, selector: string): Promise<number> {
  const page = await context.newPage();
  await page.addInitScript(`new MutationObserver((_, observer) => {
    if (!document.querySelector(${JSON.stringify(selector)})) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => (window.shownAt = performance.now())));
  }).observe(document, { childList: true, subtree: true })`);
  await page.goto(url, { waitUntil: "commit" });
  await page.locator(selector).first().waitFor();
  let shown: unknown;
  while (typeof shown !== "number") shown = await page.evaluate("window.shownAt");
  await page.close();
  return shown;
}

export async function run({ quick = false }: { quick?: boolean }): Promise<readonly Figure[]> {
  const server = await serve(await buildRoom(house, "field-app"));
  const browser = await chromium.launch({ executablePath: findChromium() ?? "chromium", args: CHROMIUM_FLAGS });
  try {
    const context = await browser.newContext({ baseURL: server.url, viewport: { width: 360, height: 740 } });
    const page = await context.newPage();
    await page.goto("/field/");
    await page.getByLabel("Courriel").fill(USER.user);
    await page.getByLabel("Mot de passe", { exact: true }).fill("demo");
    await page.getByRole("button", { name: "Se connecter" }).click();
    await page.locator("a.visit").first().waitFor();
    await page.evaluate("navigator.serviceWorker.ready.then(() => null)");
    await page.close();
    await server.stop();
    const opened: number[] = [];
    const empty: number[] = [];
    for (let time = 0; time < (quick ? 7 : 25); time++) {
      empty.push(await shownAfter(context, "data:text/html,<p>.</p>", "p"));
      opened.push(await shownAfter(context, `${server.url}/field/`, "a.visit"));
    }
    const [p50, p95] = [percentile(opened, 50), percentile(opened, 95)];
    return [
      {
        name: "the technicians' app opened cold with the server gone, until the day's 12 visits are painted",
        figure: `p50 ${milliseconds(p50)}, p95 ${milliseconds(p95)} (${opened.length} times)`,
        baseline: `an empty page: p50 ${milliseconds(percentile(empty, 50))}`,
        limit: `p95 ≤ ${milliseconds(LIMIT_MS)}`,
        met: p95 <= LIMIT_MS,
      },
    ];
  } finally {
    await browser.close();
  }
}
