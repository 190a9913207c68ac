/** `pnpm bench`: figures, each beside a baseline of the same run; fails beyond a limit. `--quick` takes fewer samples, `--only checkout,search,order,rush,client,lists,live,devices,scan,field` some; `--mosquitto PATH` names the broker. */
import { parseArgs } from "node:util";
import { run as checkout } from "./checkout.bench.ts";
import { run as client } from "./client.bench.ts";
import type { Figure } from "./figures.ts";
import { run as devices } from "./devices.bench.ts";
import { run as field } from "./field.bench.ts";
import { run as lists } from "./lists.bench.ts";
import { run as live } from "./live.bench.ts";
import { run as order } from "./order.bench.ts";
import { run as rush } from "./rush.bench.ts";
import { run as scan } from "./scan.bench.ts";
import { run as search } from "./search.bench.ts";

const { values: options } = parseArgs({ options: { quick: { type: "boolean", default: false }, only: { type: "string" }, mosquitto: { type: "string" } } });

const benches: readonly (readonly [string, (options: { quick?: boolean; mosquitto?: string | undefined }) => Promise<readonly Figure[]>])[] = [
  ["search", search],
  ["checkout", checkout],
  ["order", order],
  ["rush", rush],
  ["client", client],
  ["lists", lists],
  ["live", live],
  ["devices", devices],
  ["scan", scan],
  ["field", field],
];

let failed = 0;
let taken = 0;
for (const [name, bench] of benches) {
  if (options.only !== undefined && !options.only.split(",").includes(name)) continue;
  console.log(`\n━━ ${name} ━━`);
  try {
    for (const { name: title, figure, baseline, limit, met } of await bench({ quick: options.quick, mosquitto: options.mosquitto })) {
      taken += 1;
      if (!met) failed += 1;
      console.log(`${met ? "✓" : "✗"} ${title}\n    ${figure}\n    limit    ${limit}\n    baseline ${baseline}`);
    }
  } catch (error) {
    failed += 1;
    console.error(`✗ ${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
}
console.log(`\n${taken} figures, ${failed} beyond their limit`);
process.exit(failed === 0 && taken > 0 ? 0 : 1);
