/** Pixels for the decoder: of the camera's frames, and of a photo. */

/** Long edge of a frame as a whole. */
const FRAME = 1280;
/** Long edges at which a photo is read, one after the other: smaller is less noise, larger is finer bars. */
const PHOTO = [1600, 2560];

export class Frames {
  readonly #context = contextOf(1, 1);
  #middle = false;

  /** The whole frame and its middle at full sharpness, in turns; undefined while the camera shows nothing. */
  next(video: HTMLVideoElement): ImageData | undefined {
    const { videoWidth: width, videoHeight: height } = video;
    if (width === 0 || height === 0) return undefined;
    const whole = Math.min(1, FRAME / Math.max(width, height));
    this.#middle = !this.#middle && whole < 1;
    const [wide, high] = this.#middle ? [Math.round(width * whole), Math.round(height * whole)] : [width, height];
    const [to, down] = [Math.round(width * whole), Math.round(height * whole)];
    const { canvas } = this.#context;
    if (canvas.width !== to) canvas.width = to;
    if (canvas.height !== down) canvas.height = down;
    this.#context.drawImage(video, (width - wide) / 2, (height - high) / 2, wide, high, 0, 0, to, down);
    return this.#context.getImageData(0, 0, to, down);
  }
}

/** @throws Error for a file that is no picture */
export async function* picturesOf(photo: Blob): AsyncGenerator<ImageData> {
  const bitmap = await createImageBitmap(photo);
  try {
    const edge = Math.max(bitmap.width, bitmap.height);
    const edges = new Set(PHOTO.map((limit) => Math.min(limit, edge)));
    for (const limit of edges) {
      const [width, height] = [Math.round((bitmap.width * limit) / edge), Math.round((bitmap.height * limit) / edge)];
      const context = contextOf(width, height);
      context.imageSmoothingQuality = "high";
      context.drawImage(bitmap, 0, 0, width, height);
      yield context.getImageData(0, 0, width, height);
    }
  } finally {
    bitmap.close();
  }
}

function contextOf(width: number, height: number): CanvasRenderingContext2D {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("this browser draws on no canvas");
  return context;
}
