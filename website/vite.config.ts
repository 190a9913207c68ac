import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";
import type {} from "vite-ssg";

const hub = `http://127.0.0.1:${process.env["PORT"] ?? "4000"}`;

export default defineConfig({
  plugins: [vue()],
  server: { proxy: { "/api": hub, "/inbox": hub, "/events": hub } },
  build: {
    target: "es2022",
    manifest: true,
    // Fonts and drawings stay files: an inlined one would be fetched again with every page.
    assetsInlineLimit: 0,
  },
  ssgOptions: {
    script: "async",
    dirStyle: "flat",
    /** Every page a visitor can open, the order's pages as shells that fill themselves; `_` stands for any order. */
    includedRoutes: () => ["/", "/commande", "/commande/_", "/conditions", "/404", "/en", "/en/order", "/en/order/_", "/en/terms", "/en/404"],
    /** Tells the page for which address it was drawn: served for another one, it draws itself anew. */
    onPageRendered: (route, html) => html.replace('<div id="app"', `<div id="app" data-page="${route}"`),
  },
});
