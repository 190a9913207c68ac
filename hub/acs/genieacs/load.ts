/** `node hub/acs/genieacs/load.ts http://127.0.0.1:7557`: loads the provision and its preset into GenieACS by its NBI, and reads both back. */
import { readFile } from "node:fs/promises";

const NAME = "gigafibre";
/** An empty precondition is every device; what does not parse would be taken, and then kill a worker at every inform. */
const PRESET = { weight: 0, channel: NAME, events: {}, precondition: "", configurations: [{ type: "provision", name: NAME, args: [] }] };

const [nbi] = process.argv.slice(2);
if (nbi === undefined) throw new Error("give the address of GenieACS's NBI, such as http://127.0.0.1:7557");
const script = await readFile(new URL(`./${NAME}.provision.js`, import.meta.url), "utf8");

async function ask(method: string, path: string, body?: string): Promise<string> {
  const answer = await fetch(nbi + path, { method, ...(body === undefined ? {} : { body }) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text;
}

const stored = async (collection: string): Promise<Record<string, unknown>> => {
  const [found] = JSON.parse(await ask("GET", `/${collection}/?query=${encodeURIComponent(JSON.stringify({ _id: NAME }))}`)) as Record<string, unknown>[];
  if (!found) throw new Error(`${collection}/${NAME} is not there after it was loaded`);
  return found;
};

await ask("PUT", `/provisions/${NAME}`, script);
if ((await stored("provisions"))["script"] !== script) throw new Error("GenieACS holds another script than ours");
await ask("PUT", `/presets/${NAME}`, JSON.stringify(PRESET));
const preset = await stored("presets");
if (preset["channel"] !== NAME || preset["precondition"] !== "" || JSON.stringify(preset["configurations"]) !== JSON.stringify(PRESET.configurations)) {
  await ask("DELETE", `/presets/${NAME}`);
  throw new Error("GenieACS holds another preset than ours; it was removed");
}
console.log(`${NAME}: provision and preset are loaded; GenieACS follows within five seconds`);
