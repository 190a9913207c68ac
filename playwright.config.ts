import { tmpdir } from "node:os";
import path from "node:path";
import { defineConfig, devices } from "@playwright/test";
import { CHROMIUM_FLAGS, findChromium } from "@gigafibre/fixtures/stack/chromium";

/** A stack of its own on fresh data, unless E2E_URL names one that runs (QA's, marked as a test site). */
const external = process.env["E2E_URL"];
/** A real ERPNext takes its time, and works off its notices beside. */
const real = Boolean(process.env["ERPNEXT_URL"]);
const port = Number((process.env["E2E_PORT"] ??= "4600"));
// The workers are processes of their own; they find the stack's state by what the first of us chose.
const stateDir = (process.env["GIGAFIBRE_STATE_DIR"] ??= path.join(tmpdir(), `gigafibre-e2e-${process.pid}`));

export default defineConfig({
  testDir: "e2e/journeys",
  outputDir: "test-results",
  fullyParallel: false,
  workers: 1,
  retries: 0,
  timeout: real ? 240_000 : 60_000,
  expect: { timeout: real ? 30_000 : 10_000 },
  reporter: [["list"]],
  use: {
    actionTimeout: real ? 30_000 : 15_000,
    navigationTimeout: 20_000,
    baseURL: external ?? `http://127.0.0.1:${port}`,
    locale: "fr-CA",
    timezoneId: "America/Toronto",
    trace: "retain-on-failure",
    launchOptions: { executablePath: findChromium() ?? "chromium", args: CHROMIUM_FLAGS },
  },
  projects: [
    { name: "phone", testIgnore: "ops/**", use: { ...devices["Pixel 7"], viewport: { width: 375, height: 740 } } },
    { name: "desk", testIgnore: "field/**", use: { ...devices["Desktop Chrome"], viewport: { width: 1440, height: 900 } } },
  ],
  ...(external
    ? {}
    : {
        webServer: {
          command: "node fixtures/stack/run.mjs start --no-past",
          url: `http://127.0.0.1:${port}/readyz`,
          timeout: 300_000,
          reuseExistingServer: false,
          gracefulShutdown: { signal: "SIGTERM", timeout: 20_000 },
          stdout: "pipe",
          env: {
            PORT: String(port),
            GIGAFIBRE_STATE_DIR: stateDir,
            CHECKOUTS_PER_HOUR: "10000",
            LOGINS_PER_HOUR: "10000",
            SEARCH_PER_SECOND: "1000",
            SEARCH_BURST: "5000",
            // The journeys are made at night too.
            QUIET_HOURS: "none",
          },
        },
      }),
});
