/** The hub as a process: listens, and stops in good order on SIGTERM and SIGINT. */
import { buildApp } from "./app.ts";
import { readConfig } from "./config.ts";

const config = readConfig(process.env);
const app = await buildApp(config);

/** What is being answered or worked on is finished first; whoever is waited for longer than this would be killed without a word anyway. */
const STOP_WITHIN_MS = 25_000;

let stopping = false;
async function stop(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  app.log.info({ signal }, "stopping");
  setTimeout(() => {
    app.log.error("stopping took too long; what is left is done after the next start");
    process.exit(1);
  }, STOP_WITHIN_MS).unref();
  await app.close();
  process.exit(0);
}
process.on("SIGTERM", (signal) => void stop(signal));
process.on("SIGINT", (signal) => void stop(signal));

await app.listen({ host: config.HOST, port: config.PORT });
