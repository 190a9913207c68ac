/** What is typed into a row is there after a reload, until it was taken. */
import { ref, watch } from "vue";
import type { Ref } from "vue";

export function useKeptText(name: string): Ref<string> {
  const key = `gigafibre-ops-typed:${name}`;
  const text = ref(sessionStorage.getItem(key) ?? "");
  watch(text, (now) => (now === "" ? sessionStorage.removeItem(key) : sessionStorage.setItem(key, now)));
  return text;
}
