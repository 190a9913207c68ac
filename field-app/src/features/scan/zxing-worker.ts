/** zxing beside the page, so that reading a frame never holds up a tap. Its wasm is a file of ours, kept on the phone with the rest of the app. */
import wasm from "zxing-wasm/reader/zxing_reader.wasm?url";
import { prepareZXingModule } from "zxing-wasm/reader";
import { readCodes } from "./zxing.ts";
import type { Effort, Pixels } from "./zxing.ts";

export interface Asked {
  readonly id: number;
  readonly picture: Pixels;
  readonly effort: Effort;
}

export type Answered = { readonly id: number; readonly codes: string[] } | { readonly id: number; readonly failed: string };

prepareZXingModule({ overrides: { locateFile: (file: string, folder: string) => (file.endsWith(".wasm") ? wasm : folder + file) } });

self.addEventListener("message", ({ data: { id, picture, effort } }: MessageEvent<Asked>) => {
  readCodes(picture, effort).then(
    (codes) => self.postMessage({ id, codes } satisfies Answered),
    (error: unknown) => self.postMessage({ id, failed: String(error) } satisfies Answered),
  );
});
