/** The phone's outbox under its own tests, with the defect put in that GIGAFIBRE_MUTATION names, or none. */
import { fileURLToPath } from "node:url";
import { loadConfigFromFile, mergeConfig } from "vite";
import { defineConfig } from "vitest/config";
import { mutated } from "./mutate.ts";

const house = fileURLToPath(new URL("../..", import.meta.url));

export default defineConfig(async (env) => {
  const app = await loadConfigFromFile(env, `${house}field-app/vite.config.ts`);
  return mergeConfig(app?.config ?? {}, {
    root: house,
    plugins: [
      {
        name: "mutation",
        enforce: "pre",
        transform: (source: string, file: string) => (process.env["GIGAFIBRE_MUTATION"] && file.startsWith(house) ? mutated(file.slice(house.length), source) : null),
      },
    ],
    // A wrong module must not be remembered for the next run.
    test: { fsModuleCache: false, maxWorkers: 1, testTimeout: 30_000, environment: "happy-dom", include: ["field-app/src/features/outbox/*.test.ts"] },
  });
});
