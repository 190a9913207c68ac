/** A staff app in light or dark, as the device or as the person chose. */
import { Dark } from "quasar";
import { ref, watchEffect } from "vue";

export type Appearance = "auto" | "light" | "dark";

const KEY = "gigafibre-appearance";
const stored = localStorage.getItem(KEY);

export const appearance = ref<Appearance>(stored === "light" || stored === "dark" ? stored : "auto");

/** Once Quasar stands. */
export function followAppearance(): void {
  watchEffect(() => {
    document.documentElement.dataset["theme"] = appearance.value;
    Dark.set(appearance.value === "auto" ? "auto" : appearance.value === "dark");
    localStorage.setItem(KEY, appearance.value);
  });
}
