/**
 * Loaded before the hub by `node --import`, so that the hub itself holds no test code. Tells the suite each moment the hub reaches, on file
 * descriptor 3 and at once, so that the last words of a killed process are known too; and kills the process, as `kill -9` would, at the moment
 * the suite has set a trap for.
 *
 * From the suite, by IPC: `{ traps: [{ id, moment, subject?, nth }] }` replaces the traps; answered by `{ set: true }` on descriptor 3.
 */
import { subscribe } from "node:diagnostics_channel";
import { writeSync } from "node:fs";

const LAST_WORDS = 3;
/** @type {{ id: string, moment: string, subject?: string, nth: number }[]} */
let traps = [];

function say(line) {
  writeSync(LAST_WORDS, `${JSON.stringify(line)}\n`);
}

subscribe("gigafibre.moment", (message) => {
  const { moment, subject } = /** @type {{ moment: string, subject: string }} */ (message);
  say({ moment, subject });
  for (const trap of traps) {
    if (trap.moment !== moment || (trap.subject !== undefined && trap.subject !== subject)) continue;
    trap.nth -= 1;
    if (trap.nth > 0) continue;
    say({ killed: trap.id });
    process.kill(process.pid, "SIGKILL");
    // The signal may be delivered to another thread of the process first: not one more line of the hub runs here meanwhile.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }
});

process.on("message", (message) => {
  traps = message.traps.map((trap) => ({ ...trap }));
  say({ set: true });
});
// A hub must not outlive the suite that started it, nor be kept alive by the line to it.
process.on("disconnect", () => process.exit(1));
process.channel?.unref();
