import { readFileSync } from "node:fs";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";
import type { Manifest } from "vite";
import type {} from "vite-ssg";

const hub = `http://127.0.0.1:${process.env["PORT"] ?? "4000"}`;

/** Every page a visitor can open, the order's pages as shells that fill themselves; `_` stands for any order. */
const PAGES = ["/", "/commande", "/commande/_", "/suivi/_", "/conditions", "/404", "/en", "/en/order", "/en/order/_", "/en/follow/_", "/en/terms", "/en/404"];

/** The font of every first line of text, asked for at once rather than after the styles have come. */
function fontPreload(): string {
  const manifest = JSON.parse(readFileSync(new URL("dist/.vite/manifest.json", import.meta.url), "utf8")) as Manifest;
  const font = Object.entries(manifest).find(([source]) => source.endsWith("/inter-latin-wght-normal.woff2"))?.[1].file;
  if (font === undefined) throw new Error("the build has no Latin font to preload");
  return `<link rel="preload" href="/${font}" as="font" type="font/woff2" crossorigin>`;
}

export default defineConfig({
  plugins: [vue()],
  server: { proxy: { "/api": hub, "/inbox": hub, "/events": hub } },
  build: {
    target: "es2022",
    manifest: true,
    // Fonts and drawings stay files: inlined, they would come again with every page.
    assetsInlineLimit: 0,
  },
  ssgOptions: {
    script: "async",
    dirStyle: "flat",
    includedRoutes: () => PAGES,
    /** Tells the page for which address it was drawn: served for another one, it draws itself anew. */
    onPageRendered: (route, html) => html.replace('<div id="app"', `<div id="app" data-page="${route}"`).replace("</title>", `</title>${fontPreload()}`),
  },
});
