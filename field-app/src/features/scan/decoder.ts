/** Pictures to the texts of their codes: by the phone's own detector where it has one for our codes, else by zxing in a worker. */
import type { Answered, Asked } from "./zxing-worker.ts";
import type { Effort } from "./zxing.ts";

export interface Decoder {
  readonly kind: "native" | "zxing";
  decode(picture: ImageData, effort: Effort): Promise<string[]>;
  close(): void;
}

/** Not in TypeScript's library yet. */
interface NativeDetector {
  detect(picture: ImageData): Promise<{ readonly rawValue: string }[]>;
}
interface NativeDetectorClass {
  new (options: { formats: readonly string[] }): NativeDetector;
  getSupportedFormats(): Promise<string[]>;
}

const FORMATS = ["code_128", "code_39", "qr_code", "data_matrix"];

export async function openDecoder(): Promise<Decoder> {
  const native = await openNative();
  return native ?? openZxing();
}

async function openNative(): Promise<Decoder | undefined> {
  const { BarcodeDetector } = globalThis as { BarcodeDetector?: NativeDetectorClass };
  if (!BarcodeDetector) return undefined;
  // Without Google's services Android has the class and none of the formats.
  const supported = await BarcodeDetector.getSupportedFormats().catch((): string[] => []);
  if (!FORMATS.every((format) => supported.includes(format))) return undefined;
  const detector = new BarcodeDetector({ formats: FORMATS });
  let zxing: Decoder | undefined;
  return {
    kind: "native",
    async decode(picture, effort) {
      if (zxing) return zxing.decode(picture, effort);
      try {
        const codes = [...new Set((await detector.detect(picture)).map(({ rawValue }) => rawValue))];
        if (codes.length > 0 || effort === "glance") return codes;
      } catch (error) {
        // The system's service went away.
        console.warn(error);
        zxing = openZxing();
        return zxing.decode(picture, effort);
      }
      // A picture that was taken once deserves a second reader.
      const second = openZxing();
      try {
        return await second.decode(picture, effort);
      } finally {
        second.close();
      }
    },
    close: () => zxing?.close(),
  };
}

function openZxing(): Decoder {
  const worker = new Worker(new URL("./zxing-worker.ts", import.meta.url), { type: "module", name: "zxing-worker" });
  const waiting = new Map<number, { readonly resolve: (codes: string[]) => void; readonly reject: (error: Error) => void }>();
  let last = 0;
  worker.onmessage = ({ data }: MessageEvent<Answered>) => {
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if ("codes" in data) asked?.resolve(data.codes);
    else asked?.reject(new Error(data.failed));
  };
  const fail = (error: Error): void => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.onerror = (event) => fail(new Error(event.message || "the worker that reads codes did not start"));
  return {
    kind: "zxing",
    decode: ({ data, width, height }, effort) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, picture: { data, width, height }, effort } satisfies Asked, [data.buffer]);
      }),
    close() {
      worker.terminate();
      fail(new Error("closed"));
    },
  };
}
