/** Reads bar codes with zxing: what a label carries, tried no harder than a phone can pay for. */
import { readBarcodes } from "zxing-wasm/reader";
import type { ReaderOptions } from "zxing-wasm/reader";

/** What a canvas gives, or a test. */
export type Pixels = Pick<ImageData, "data" | "width" | "height">;

/** `glance`: one frame of many. `thorough`: a picture that was taken, and will not be taken again. */
export type Effort = "glance" | "thorough";

const LABEL: ReaderOptions = { formats: ["Code128", "Code39", "QRCode", "DataMatrix"], maxNumberOfSymbols: 12, tryHarder: true, tryRotate: true };
const GLANCE: ReaderOptions = { ...LABEL, tryInvert: false, tryDownscale: false };
const THOROUGH: ReaderOptions = { ...LABEL, tryInvert: false, tryDownscale: true };
/** Etched codes are light on dark. */
const INVERTED: ReaderOptions = { ...LABEL, tryInvert: true, tryDownscale: true };

export async function readCodes(picture: Pixels, effort: Effort): Promise<string[]> {
  const tries = effort === "glance" ? [GLANCE] : [THOROUGH, INVERTED];
  for (const options of tries) {
    // It takes what ImageData has; a test has no ImageData.
    const found = await readBarcodes(picture as ImageData, options);
    const codes = [...new Set(found.filter(({ isValid }) => isValid).map(({ text }) => text))];
    if (codes.length > 0) return codes;
  }
  return [];
}
