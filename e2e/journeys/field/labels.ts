/** Labels before a phone's camera. */
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium, expect } from "@playwright/test";
import type { Browser, Locator } from "@playwright/test";
import { labelPicture, y4mOf } from "@gigafibre/fixtures/labels/picture";
import type { PrintedCode } from "@gigafibre/fixtures/labels/picture";
import { CHROMIUM_FLAGS, findChromium } from "@gigafibre/fixtures/stack/chromium";
import type { Phone } from "./technician.ts";

const FRAMES_PER_SECOND = 10;
/** The film goes round: the label that is wanted may be the last that comes. */
export const SEEN = { timeout: 60_000 } as const;

/** What passes before the phone's camera, again and again: one label after the other, with nothing in between. */
async function film(labels: readonly (readonly PrintedCode[])[]): Promise<string> {
  const size = { width: 640, height: 480 };
  const table = labelPicture([{ format: "code128", text: "X" }], { ...size, module: 1, blur: 12 });
  const pictures = labels.flatMap((codes) => {
    const label = labelPicture(codes, { ...size, module: codes.length > 1 ? 2 : 5, noise: 6, shade: 0.2 });
    return [...Array.from({ length: FRAMES_PER_SECOND }, () => table), ...Array.from({ length: 3 * FRAMES_PER_SECOND }, () => label)];
  });
  const file = path.join(tmpdir(), `gigafibre-labels-${crypto.randomUUID()}.y4m`);
  await writeFile(file, y4mOf(pictures, FRAMES_PER_SECOND));
  return file;
}

/** A browser whose camera sees these labels. */
export async function seeing(labels: readonly (readonly PrintedCode[])[]): Promise<{ readonly browser: Browser; stop(): Promise<void> }> {
  const file = await film(labels);
  const browser = await chromium.launch({
    executablePath: findChromium() ?? "chromium",
    args: [...CHROMIUM_FLAGS, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${file}`],
  });
  return {
    browser,
    stop: async () => {
      await browser.close();
      await rm(file);
    },
  };
}

/** Holds the camera to the label of a device until it is read, and enters it. @param looked at the sheet before it is read, and once it is */
export async function scan(phone: Phone, device: string, number: string, looked: { before?: (sheet: Locator) => Promise<void>; read?: (sheet: Locator) => Promise<void> } = {}): Promise<void> {
  await phone.page.getByLabel(`Numériser: ${device}`).first().click();
  const sheet = phone.sheet(`Numériser: ${device}`);
  await expect(sheet.locator("video")).toBeVisible(SEEN);
  await looked.before?.(sheet);
  await expect(sheet.getByText(/^([0-9A-F]{2}:){5}[0-9A-F]{2}$|^RCMG/)).toHaveText(number.startsWith("RCMG") ? number : (number.match(/../g) ?? []).join(":"), SEEN);
  await looked.read?.(sheet);
  await sheet.getByRole("button", { name: "Inscrire cet appareil" }).click();
  await expect(sheet).toHaveCount(0);
}
