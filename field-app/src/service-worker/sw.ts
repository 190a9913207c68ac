/**
 * Keeps the whole app on the phone, so that it opens with no network. It answers for the app's own files only: what the hub says is kept by the
 * app, which knows how old it is and whose.
 */
import { clientsClaim } from "workbox-core";
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from "workbox-precaching";
import type { PrecacheEntry } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";

declare const self: ServiceWorkerGlobalScope & { readonly __WB_MANIFEST: (PrecacheEntry | string)[] };

// From the first visit on: what is loaded later, as the scanner is, must not need a network.
clientsClaim();
cleanupOutdatedCaches();
precacheAndRoute(self.__WB_MANIFEST);
// Its scope is /field/: nothing else ever arrives here as a navigation.
registerRoute(new NavigationRoute(createHandlerBoundToURL("/field/index.html")));

/** A new version waits until the app says that the outbox is safe and the person agrees. */
self.addEventListener("message", (event) => {
  const data: unknown = event.data;
  if (typeof data === "object" && data !== null && "type" in data && data.type === "SKIP_WAITING") void self.skipWaiting();
});
