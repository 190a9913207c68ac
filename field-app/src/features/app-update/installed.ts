/** Whether the app stands on the phone by itself. On iOS the installed app and the browser's tab do not share what they keep. */
import { ref, shallowRef } from "vue";

export interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

export const isInstalled = (): boolean => matchMedia("(display-mode: standalone)").matches || ("standalone" in navigator && navigator.standalone === true);

/** iPads call themselves Macs, and have fingers. */
export const isIos = (agent = navigator.userAgent, touches = navigator.maxTouchPoints): boolean => /iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && touches > 1);

/** The browser's own question, where it lets itself be asked. */
export const installPrompt = shallowRef<InstallPrompt | null>(null);
window.addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  installPrompt.value = event as InstallPrompt;
});

const STAYS_KEY = "gigafibre-stays-in-browser";
/** They were told, and go on in the browser. */
export const staysInBrowser = ref(localStorage.getItem(STAYS_KEY) !== null);
export function stayInBrowser(): void {
  localStorage.setItem(STAYS_KEY, "yes");
  staysInBrowser.value = true;
}

/** Null where the browser does not say. */
export const storagePersisted = ref<boolean | null>(null);
export async function askToPersist(): Promise<void> {
  if (!("storage" in navigator) || !("persist" in navigator.storage)) return;
  storagePersisted.value = (await navigator.storage.persisted()) || (await navigator.storage.persist());
}
