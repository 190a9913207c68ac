import { quasar, transformAssetUrls } from "@quasar/vite-plugin";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

const hub = `http://127.0.0.1:${process.env["PORT"] ?? "4000"}`;

export default defineConfig({
  base: "/ops/",
  plugins: [vue({ template: { transformAssetUrls } }), quasar({ sassVariables: false })],
  server: { proxy: { "/api": hub, "/events": hub, "/files": hub, "/private/files": hub } },
  build: {
    target: "es2022",
    // Fonts stay files.
    assetsInlineLimit: 0,
  },
});
