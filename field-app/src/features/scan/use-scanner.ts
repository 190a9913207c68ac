/** Camera and decoder at work together, from the moment a sheet opens until it closes. */
import { onScopeDispose, ref, shallowRef } from "vue";
import type { Ref, ShallowRef } from "vue";
import { Camera, CameraFailed } from "./camera.ts";
import type { CameraTrouble } from "./camera.ts";
import { openDecoder } from "./decoder.ts";
import type { Decoder } from "./decoder.ts";
import { Frames, picturesOf } from "./pictures.ts";
import { Sighting } from "./sighting.ts";

export type ScannerState = "starting" | "looking" | "reading" | "reading_photo" | CameraTrouble | "decoder_failed";

export interface Scanner {
  readonly state: Ref<ScannerState>;
  readonly camera: ShallowRef<Camera | null>;
  start(video: HTMLVideoElement): Promise<void>;
  /** While something is shown of what was read, no frame is looked at. */
  pause(paused: boolean): void;
  /** The codes of a photo; empty where none can be read. @throws Error for a file that is no picture */
  readPhoto(photo: Blob): Promise<string[]>;
}

/** Between two frames the page has time for the person. */
const PAUSE_MS = 60;

/** @param found told the codes of a label that was read */
export function useScanner(found: (codes: string[]) => void): Scanner {
  const state = ref<ScannerState>("starting");
  const camera = shallowRef<Camera | null>(null);
  const frames = new Frames();
  const sighting = new Sighting();
  let opening: Promise<Decoder> | undefined;
  let closed = false;
  let paused = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const decoder = (): Promise<Decoder> => (opening ??= openDecoder());

  async function look(video: HTMLVideoElement): Promise<void> {
    if (closed || !camera.value) return;
    const picture = paused ? undefined : frames.next(video);
    if (picture) {
      try {
        const codes = await (await decoder()).decode(picture, "glance");
        // Asked for before the pause, it is of the label that is shown already.
        if (!paused && state.value !== "reading_photo") {
          const label = sighting.see(codes);
          state.value = codes.length > 0 ? "reading" : "looking";
          if (label) found(label);
        }
      } catch (error) {
        if (closed) return;
        console.warn(error);
        state.value = "decoder_failed";
        camera.value.close();
        camera.value = null;
        return;
      }
    }
    timer = setTimeout(() => void look(video), PAUSE_MS);
  }

  async function start(video: HTMLVideoElement): Promise<void> {
    state.value = "starting";
    try {
      const opened = await Camera.open();
      if (closed) return opened.close();
      camera.value = opened;
      await opened.show(video, () => {
        camera.value = null;
        state.value = "failed";
      });
      state.value = "looking";
      void look(video);
    } catch (error) {
      if (closed) return;
      camera.value?.close();
      camera.value = null;
      state.value = error instanceof CameraFailed ? error.trouble : "failed";
    }
  }

  async function readPhoto(photo: Blob): Promise<string[]> {
    const before = state.value;
    state.value = "reading_photo";
    try {
      const reader = await decoder();
      for await (const picture of picturesOf(photo)) {
        const codes = await reader.decode(picture, "thorough");
        if (codes.length > 0) return codes;
      }
      return [];
    } finally {
      state.value = before === "reading" ? "looking" : before;
    }
  }

  onScopeDispose(() => {
    closed = true;
    clearTimeout(timer);
    camera.value?.close();
    void opening?.then((reader) => reader.close());
  });

  return {
    state,
    camera,
    start,
    pause(now) {
      paused = now;
      sighting.clear();
    },
    readPhoto,
  };
}
