import { afterEach, describe, expect, it, vi } from "vitest";
import { nextTick } from "vue";
import { sound, tell } from "./told.ts";

afterEach(() => vi.unstubAllGlobals());

describe("a hand in a glove", () => {
  it("feels and hears that a label was read, and differently that it was refused; without the sound once that is off", async () => {
    const [felt, heard]: [unknown[], number[]] = [[], []];
    vi.stubGlobal("navigator", { vibrate: (pattern: number[]) => felt.push(pattern) });
    const node = { connect: <T>(to: T): T => to };
    vi.stubGlobal("AudioContext", class {
      currentTime = 0;
      destination = node;
      createOscillator = () => ({ ...node, frequency: { value: 0 }, start(this: { frequency: { value: number } }) { heard.push(this.frequency.value); }, stop: () => undefined });
      createGain = () => ({ ...node, gain: { setValueAtTime: () => undefined, exponentialRampToValueAtTime: () => undefined } });
    });
    tell("read");
    tell("refused");
    expect(felt).toHaveLength(2);
    expect(felt[0]).not.toEqual(felt[1]);
    expect(new Set(heard).size).toBe(2);
    sound.value = false;
    await nextTick();
    tell("read");
    expect([felt.length, heard.length]).toEqual([3, 2]);
    expect(localStorage.getItem("gigafibre-scan-sound")).toBe("off");
  });
});
