/** The phone's outbox under its own tests, with the defect put in that GIGAFIBRE_MUTATION names, or none. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { mutated } from "./mutate.ts";

const house = fileURLToPath(new URL("../..", import.meta.url));

export default defineConfig({
  root: house,
  test: {
    maxWorkers: 1,
    projects: [
      {
        extends: "field-app/vite.config.ts",
        plugins: [
          {
            name: "mutation",
            enforce: "pre",
            transform: (source, file) => (process.env["GIGAFIBRE_MUTATION"] && file.startsWith(house) ? mutated(file.slice(house.length), source) : null),
          },
        ],
        test: { name: "outbox", environment: "happy-dom", include: ["field-app/src/features/outbox/*.test.ts"] },
      },
    ],
  },
});
