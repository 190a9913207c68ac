/** The phone's camera, with what only some have: a torch, a zoom. */
export type CameraTrouble = "refused" | "absent" | "failed";

export class CameraFailed extends Error {
  readonly trouble: CameraTrouble;

  constructor(trouble: CameraTrouble, cause?: unknown) {
    super(trouble, { cause });
    this.name = "CameraFailed";
    this.trouble = trouble;
  }
}

export interface Zoom {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** Not in TypeScript's library yet. */
interface MoreCapabilities {
  readonly torch?: boolean;
  readonly zoom?: Zoom;
  readonly focusMode?: readonly string[];
}

export class Camera {
  readonly #stream: MediaStream;
  readonly #track: MediaStreamTrack;
  readonly torch: boolean;
  readonly zoom: Zoom | null;

  private constructor(stream: MediaStream, track: MediaStreamTrack) {
    this.#stream = stream;
    this.#track = track;
    const { torch, zoom } = capabilitiesOf(track);
    this.torch = torch === true;
    this.zoom = zoom && zoom.max > zoom.min ? zoom : null;
  }

  /** @throws CameraFailed */
  static async open(): Promise<Camera> {
    // Without HTTPS a browser has no cameras at all.
    const { mediaDevices } = navigator as { mediaDevices?: MediaDevices };
    if (!mediaDevices) throw new CameraFailed("absent");
    try {
      const stream = await mediaDevices.getUserMedia({ audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1080 } } });
      const [track] = stream.getVideoTracks();
      if (!track) throw new CameraFailed("absent");
      if (capabilitiesOf(track).focusMode?.includes("continuous")) await track.applyConstraints({ advanced: [{ focusMode: "continuous" } as MediaTrackConstraintSet] });
      return new Camera(stream, track);
    } catch (error) {
      if (error instanceof CameraFailed) throw error;
      throw new CameraFailed(troubleOf(error), error);
    }
  }

  /** @param ended told when the system takes the camera away */
  async show(video: HTMLVideoElement, ended: () => void): Promise<void> {
    this.#track.addEventListener("ended", ended);
    video.srcObject = this.#stream;
    await video.play();
  }

  async setTorch(torch: boolean): Promise<void> {
    await this.#track.applyConstraints({ advanced: [{ torch } as MediaTrackConstraintSet] });
  }

  async setZoom(zoom: number): Promise<void> {
    await this.#track.applyConstraints({ advanced: [{ zoom } as MediaTrackConstraintSet] });
  }

  close(): void {
    for (const track of this.#stream.getTracks()) track.stop();
  }
}

function capabilitiesOf(track: MediaStreamTrack): MoreCapabilities {
  // Firefox has no such method.
  const { getCapabilities } = track as { getCapabilities?: () => MediaTrackCapabilities };
  return getCapabilities ? (getCapabilities.call(track) as MoreCapabilities) : {};
}

function troubleOf(error: unknown): CameraTrouble {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "refused";
  return name === "NotFoundError" || name === "OverconstrainedError" ? "absent" : "failed";
}
