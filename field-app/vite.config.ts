import { quasar, transformAssetUrls } from "@quasar/vite-plugin";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";

const hub = `http://127.0.0.1:${process.env["PORT"] ?? "4000"}`;

export default defineConfig({
  base: "/field/",
  plugins: [
    vue({ template: { transformAssetUrls } }),
    quasar({ sassVariables: false }),
    VitePWA({
      strategies: "injectManifest",
      srcDir: "src/service-worker",
      filename: "sw.ts",
      // The app registers it itself: an update waits for the outbox and for the person.
      injectRegister: false,
      injectManifest: {
        globPatterns: ["**/*.{js,css,html,svg,png,woff2,wasm}"],
        maximumFileSizeToCacheInBytes: 4 * 1024 * 1024,
      },
      manifest: {
        id: "/field/",
        name: "Gigafibre, terrain",
        short_name: "Gigafibre",
        lang: "fr-CA",
        description: "Les visites du jour, avec ou sans réseau.",
        start_url: "/field/",
        scope: "/field/",
        display: "standalone",
        orientation: "portrait",
        background_color: "#0b3d2e",
        theme_color: "#0b3d2e",
        icons: [
          { src: "icon-192.png", sizes: "192x192", type: "image/png" },
          { src: "icon-512.png", sizes: "512x512", type: "image/png" },
          { src: "icon-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
        ],
      },
    }),
  ],
  server: { proxy: { "/api": hub, "/events": hub } },
  worker: { format: "es" },
  build: {
    target: "es2022",
    // Fonts and the scanner's wasm stay files.
    assetsInlineLimit: 0,
  },
});
