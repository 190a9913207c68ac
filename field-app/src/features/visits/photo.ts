/** A camera's picture, made small enough to be sent from a basement. */
import { PHOTO_LIMIT } from "@gigafibre/contracts/visits";
import type { VisitActionBody } from "@gigafibre/contracts/visits";

const LONGEST_SIDE = 1_600;
const QUALITY = 0.8;
const THUMBNAIL_SIDE = 160;
const THUMBNAIL_LIMIT = 16_000;

export interface Picture {
  readonly file: Blob;
  readonly thumbnail: string;
}

/** @throws DOMException for what is no picture */
export async function pictureOf(taken: Blob): Promise<Picture> {
  const image = await createImageBitmap(taken);
  try {
    const file = await jpegOf(image, LONGEST_SIDE, QUALITY);
    if (file.size > PHOTO_LIMIT) throw new DOMException("the picture is too large", "DataError");
    return { file, thumbnail: await thumbnailOf(image) };
  } finally {
    image.close();
  }
}

async function thumbnailOf(image: ImageBitmap): Promise<string> {
  for (let side = THUMBNAIL_SIDE, quality = 0.7; side > 16; side *= 0.75, quality -= 0.1) {
    const url = await dataUrlOf(await jpegOf(image, side, Math.max(quality, 0.3)));
    if (url.length <= THUMBNAIL_LIMIT) return url;
  }
  throw new DOMException("no small picture can be made of it", "DataError");
}

async function jpegOf(image: ImageBitmap, longest: number, quality: number): Promise<Blob> {
  const scale = Math.min(1, longest / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  const context = canvas.getContext("2d");
  if (!context) throw new DOMException("no picture can be drawn here", "NotSupportedError");
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new DOMException("the picture could not be written", "EncodingError"))), "image/jpeg", quality),
  );
}

function dataUrlOf(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => (typeof reader.result === "string" ? resolve(reader.result) : reject(new DOMException("the picture could not be read", "NotReadableError")));
    reader.onerror = () => reject(reader.error ?? new DOMException("the picture could not be read", "NotReadableError"));
    reader.readAsDataURL(blob);
  });
}

export async function photoAction({ file, thumbnail }: Picture, caption: string): Promise<Extract<VisitActionBody, { kind: "photo" }>> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { kind: "photo", photo: crypto.randomUUID(), caption, type: "image/jpeg", size: file.size, sha256, thumbnail };
}
