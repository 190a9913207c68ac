import "@gigafibre/theme/fonts.css";
import "@gigafibre/theme/tokens.css";
import "./styles/base.css";
import { ViteSSG } from "vite-ssg";
import App from "./App.vue";
import { drawnFor, routes } from "./routes.ts";

export const createApp = ViteSSG(
  App,
  {
    routes,
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? undefined : { top: 0 }),
  },
  undefined,
  { hydration: drawnFor() },
);
