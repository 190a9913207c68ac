import { createServer } from "node:net";

/** Below the ports that systems give to outgoing connections: one of those may take a port between a process's end and its next start. */
const RANGE = { from: 20_000, to: 32_000 } as const;
const ATTEMPTS = 50;
const given = new Set<number>();

/** A port on loopback that stays free while its owner is dead. */
export async function steadyPort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = RANGE.from + Math.floor(Math.random() * (RANGE.to - RANGE.from));
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`no port from ${RANGE.from} to ${RANGE.to} is free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
