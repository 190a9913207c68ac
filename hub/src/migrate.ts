/** Brings the hub's database up to date, then ends. The hub does so itself at each start; this is for loading data before it. */
import { readConfig } from "./config.ts";
import { migrate } from "./plugins/database.ts";

const config = readConfig(process.env);
await migrate(config.DATABASE_URL, (line) => {
  if (config.LOG_LEVEL === "debug") console.log(line);
});
