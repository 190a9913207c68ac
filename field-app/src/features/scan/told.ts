/** How a hand in a glove learns that a label was read: the phone shakes, and sounds unless it was told not to. */
import { ref, watch } from "vue";

const KEY = "gigafibre-scan-sound";

export const sound = ref(localStorage.getItem(KEY) !== "off");
watch(sound, (on) => localStorage.setItem(KEY, on ? "on" : "off"));

let context: AudioContext | undefined;

export function tell(what: "read" | "refused"): void {
  // Safari has no vibration.
  const { vibrate } = navigator as { vibrate?: (pattern: number[]) => boolean };
  vibrate?.call(navigator, what === "read" ? [80] : [60, 60, 60, 60, 60]);
  if (sound.value) play(what === "read" ? 1_320 : 220, what === "read" ? 0.09 : 0.25);
}

function play(hertz: number, seconds: number): void {
  context ??= new AudioContext();
  const now = context.currentTime;
  const [tone, volume] = [context.createOscillator(), context.createGain()];
  tone.frequency.value = hertz;
  volume.gain.setValueAtTime(0.25, now);
  volume.gain.exponentialRampToValueAtTime(0.001, now + seconds);
  tone.connect(volume).connect(context.destination);
  tone.start(now);
  tone.stop(now + seconds);
}
