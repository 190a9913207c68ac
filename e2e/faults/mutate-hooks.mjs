/** The loader's side of mutate-preload.mjs. */
import { mutated } from "./mutate.ts";

const house = new URL("../../", import.meta.url).href;

export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (!url.startsWith(house) || url.includes("/node_modules/")) return loaded;
  const source = typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source ?? undefined);
  const wrong = mutated(url.slice(house.length), source);
  return wrong === source ? loaded : { ...loaded, source: wrong };
}
