/**
 * The service worker and its updates. A new version that has arrived waits: until nothing is on its way out, and until the person says so.
 */
import { ref, shallowRef } from "vue";
import { Workbox } from "workbox-window";

const CHECK_MS = 60 * 60_000;

/** The version that waits, ready to take over. */
const waiting = shallowRef<Workbox | null>(null);
export const updateReady = ref(false);
/** Another tab has agreed: this one runs what is no longer kept, and should be opened again when its work is done. */
export const updatedElsewhere = ref(false);
let agreed = false;

export function keepUpdated(): void {
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) return;
  const worker = new Workbox("/field/sw.js");
  worker.addEventListener("waiting", () => {
    waiting.value = worker;
    updateReady.value = true;
  });
  worker.addEventListener("controlling", ({ isUpdate }) => {
    if (agreed) location.reload();
    else if (isUpdate) updatedElsewhere.value = true;
  });
  void worker.register().then(() => setInterval(() => void worker.update().catch(offline), CHECK_MS), offline);
}

/** Without a network the one that is there stays. */
const offline = (error: unknown): void => console.info("the app could not look for an update", error);

/** The person agrees. The page opens again by itself. */
export function applyUpdate(): void {
  agreed = true;
  if (updatedElsewhere.value) location.reload();
  else waiting.value?.messageSkipWaiting();
}
