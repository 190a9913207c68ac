import { defineConfig } from "vitest/config";

/** Against a real ERPNext (`pnpm contract` with `ERPNEXT_URL`) every document takes its time, and the site is cleaned up one by one. */
const realSite = process.env.CONTRACT_SITE !== undefined;

export default defineConfig({
  test: {
    globalSetup: ["fixtures/postgres/vitest-setup.ts"],
    // For what hangs: no test is about how fast the machine is, and several wait for a worker's next turn more than once.
    testTimeout: 120_000,
    hookTimeout: realSite ? 900_000 : 120_000,
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: "contracts", include: ["contracts/src/**/*.test.ts"] } },
      { extends: true, test: { name: "fixtures", include: ["fixtures/**/*.test.ts"] } },
      { extends: true, test: { name: "hub", include: ["hub/**/*.test.ts"] } },
      { extends: true, test: { name: "erpnext-app", include: ["erpnext-app/lint/*.test.mjs"] } },
      { extends: true, test: { name: "e2e", include: ["e2e/faults/*.test.ts"] } },
      { extends: true, test: { name: "deploy", include: ["deploy/**/*.test.ts"] } },
      { extends: "field-app/vite.config.ts", test: { name: "field-app", environment: "happy-dom", include: ["field-app/src/**/*.test.ts"] } },
      { extends: "ops-app/vite.config.ts", test: { name: "ops-app", environment: "happy-dom", include: ["ops-app/src/**/*.test.ts"] } },
      { extends: "website/vite.config.ts", test: { name: "website", environment: "happy-dom", include: ["website/src/**/*.test.ts"] } },
    ],
  },
});
