/**
 * How long the technicians' app takes to read a label from a picture: its own built worker and wasm, in Chromium, from the pixels to the texts. The
 * baseline is the library as it comes, looking for every kind of code, on the same pictures.
 */
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import { labelPicture, rgbaOf } from "@gigafibre/fixtures/labels/picture";
import type { PrintedCode, Taken } from "@gigafibre/fixtures/labels/picture";
import { CHROMIUM_FLAGS, findChromium } from "@gigafibre/fixtures/stack/chromium";
import { buildPages } from "@gigafibre/fixtures/stack/pages-build";
import { between, milliseconds, percentile } from "./figures.ts";
import type { Figure } from "./figures.ts";

const P95_MS = 300;
const house = fileURLToPath(new URL("../..", import.meta.url));
const TYPES: Readonly<Record<string, string>> = { ".js": "text/javascript", ".wasm": "application/wasm" };

const LABELS: readonly (readonly [name: string, codes: readonly PrintedCode[]])[] = [
  ["an ONT's label of three bar codes", [{ format: "code128", text: "RCMG19A01234" }, { format: "code39", text: "HT803GW00112233" }, { format: "code128", text: "C8F742AABBCC" }]],
  ["a Deco's QR code", [{ format: "qrcode", text: "SN:2231234567890;MAC:403F8C112233" }]],
];
const HELD: readonly Taken[] = [{ module: 2 }, { module: 2, turned: 90 }, { module: 2, turned: 2, noise: 6 }, { module: 3, noise: 6, shade: 0.4 }];

export async function run({ quick = false }: { quick?: boolean } = {}): Promise<Figure[]> {
  const { fieldApp: field } = await buildPages(house);
  const worker = (await readdir(path.join(field, "assets"))).find((name) => name.startsWith("zxing-worker"));
  if (worker === undefined) throw new Error("the build has no worker that reads codes");
  const server = createServer((request, response) => {
    const file = (request.url ?? "/").replace("/field/", "");
    if (file === "/") return void response.setHeader("content-type", "text/html").end("<!doctype html><title>scan</title>");
    readFile(path.join(field, file)).then((content) => response.setHeader("content-type", TYPES[path.extname(file)] ?? "text/plain").end(content), () => response.writeHead(404).end());
  }).listen(0, "127.0.0.1");
  const browser = await chromium.launch({ executablePath: findChromium() ?? "chromium", args: CHROMIUM_FLAGS });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const wasm = await readFile(createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm"));
    await prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(wasm).buffer }, fireImmediately: true });
    const figures: Figure[] = [];
    for (const [name, codes] of LABELS) {
      const [ours, plain]: [number[], number[]] = [[], []];
      for (const taken of HELD) {
        const { width, height, data } = rgbaOf(labelPicture(codes, taken));
        const pixels = Buffer.from(data).toString("base64");
        const { times, read } = await page.evaluate<Timed>(inPage({ worker: `/field/assets/${worker}`, pixels, width, height, count: quick ? 4 : 15 }));
        const missing = codes.filter(({ text }) => !read.includes(text));
        if (missing.length > 0) throw new Error(`${name}: ${JSON.stringify(taken)}: not read: ${missing.map(({ text }) => text).join()}`);
        ours.push(...times);
        for (let left = quick ? 2 : 5; left > 0; left--) plain.push((await between(() => readBarcodes({ width, height, data } as Parameters<typeof readBarcodes>[0])))[0]);
      }
      const p95 = percentile(ours, 95);
      figures.push({
        name: `a scan: ${name}, decoded from a picture of 1280 × 720`,
        figure: `p50 ${milliseconds(percentile(ours, 50))}, p95 ${milliseconds(p95)} (${ours.length} pictures, the built worker in Chromium)`,
        baseline: `the library as it comes, every kind of code, in Node: p50 ${milliseconds(percentile(plain, 50))}, p95 ${milliseconds(percentile(plain, 95))}`,
        limit: `p95 ≤ ${P95_MS} ms`,
        met: p95 <= P95_MS,
      });
    }
    return figures;
  } finally {
    await browser.close();
    server.close();
  }
}

interface Timed {
  readonly times: number[];
  readonly read: string[];
}

/** Text, for this room has no browser's types. The first reading, which loads the wasm, is not counted. */
const inPage = (asked: { worker: string; pixels: string; width: number; height: number; count: number }): string => `(async ({ worker, pixels, width, height, count }) => {
  const reader = new Worker(worker, { type: "module" });
  const data = Uint8ClampedArray.from(atob(pixels), (character) => character.charCodeAt(0));
  const times = [];
  let read = [];
  for (let id = 0; id <= count; id++) {
    const began = performance.now();
    read = await new Promise((resolve, reject) => {
      reader.onmessage = ({ data: answer }) => ("codes" in answer ? resolve(answer.codes) : reject(new Error(answer.failed)));
      reader.onerror = ({ message }) => reject(new Error(message));
      reader.postMessage({ id, picture: { data, width, height }, effort: "thorough" });
    });
    if (id > 0) times.push(performance.now() - began);
  }
  reader.terminate();
  return { times, read };
})(${JSON.stringify(asked)})`;
