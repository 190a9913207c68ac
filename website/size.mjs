/**
 * Weighs what a landing page makes a browser load before the first search: its script, whatever that imports without being asked, and
 * what the page preloads. Fails past 100 kB gzipped. The card form, the schemas and the order come later and do not count.
 */
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const LIMIT = 100_000;
const dist = new URL("./dist/", import.meta.url);

/** @type {Record<string, { file: string, imports?: string[] }>} */
const manifest = JSON.parse(await readFile(new URL(".vite/manifest.json", dist), "utf8"));
const chunks = new Map(Object.values(manifest).map((chunk) => [chunk.file, chunk]));

/** @param {string} file @param {Set<string>} found */
function withImports(file, found) {
  if (found.has(file)) return;
  found.add(file);
  for (const name of chunks.get(file)?.imports ?? []) withImports(manifest[name].file, found);
}

let tooHeavy = false;
for (const page of ["index.html", "en.html"]) {
  const html = await readFile(new URL(page, dist), "utf8");
  const files = new Set();
  for (const [, file] of html.matchAll(/(?:src|href)="\/([^"]+\.js)"/g)) withImports(file, files);
  if (files.size === 0) throw new Error(`${page} loads no script: this measures nothing`);
  const weights = await Promise.all([...files].map(async (file) => ({ file, weight: gzipSync(await readFile(new URL(file, dist))).length })));
  const total = weights.reduce((sum, { weight }) => sum + weight, 0);
  tooHeavy ||= total > LIMIT;
  console.log(`${page}: ${(total / 1000).toFixed(1)} kB of gzipped script before the first search (${LIMIT / 1000} allowed)`);
  if (total > LIMIT) for (const { file, weight } of weights.sort((a, b) => b.weight - a.weight)) console.log(`  ${(weight / 1000).toFixed(1)} kB ${file}`);
}
if (tooHeavy) process.exit(1);
