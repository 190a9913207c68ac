import { afterEach, describe, expect, it, vi } from "vitest";
import { Camera } from "./camera.ts";

afterEach(() => vi.unstubAllGlobals());

/** A phone whose camera can do this much, and what it was asked to do. */
function phone(capabilities: object | undefined): object[] {
  const asked: object[] = [];
  const track = { applyConstraints: async ({ advanced: [wanted] }: { advanced: object[] }) => void asked.push(wanted ?? {}), stop: () => asked.push({ stopped: true }), ...(capabilities ? { getCapabilities: () => capabilities } : {}) };
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia: async () => ({ getVideoTracks: () => [track], getTracks: () => [track] }) } });
  return asked;
}

describe("the phone's camera", () => {
  it("lights its torch and zooms where it has them, keeps in focus, and goes out when the sheet closes", async () => {
    const asked = phone({ torch: true, zoom: { min: 1, max: 8, step: 0.1 }, focusMode: ["manual", "continuous"] });
    const camera = await Camera.open();
    expect([camera.torch, camera.zoom]).toEqual([true, { min: 1, max: 8, step: 0.1 }]);
    await camera.setTorch(true);
    await camera.setZoom(2.5);
    camera.close();
    expect(asked).toEqual([{ focusMode: "continuous" }, { torch: true }, { zoom: 2.5 }, { stopped: true }]);
  });

  it.each([["Firefox, which does not say", undefined], ["a webcam", { zoom: { min: 1, max: 1, step: 0 } }]])("offers neither on %s", async (_what, capabilities) => {
    phone(capabilities);
    const camera = await Camera.open();
    expect([camera.torch, camera.zoom]).toEqual([false, null]);
  });

  it.each([["NotAllowedError", "refused"], ["NotFoundError", "absent"], ["NotReadableError", "failed"]])("that ends in %s is said to be %s", async (name, trouble) => {
    vi.stubGlobal("navigator", { mediaDevices: { getUserMedia: async () => Promise.reject(new DOMException("no", name)) } });
    await expect(Camera.open()).rejects.toMatchObject({ trouble });
    vi.stubGlobal("navigator", {});
    await expect(Camera.open()).rejects.toMatchObject({ trouble: "absent" });
  });
});
