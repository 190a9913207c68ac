import { createRouter, createWebHistory } from "vue-router";
import { PAGES, ROOMS } from "./rooms.ts";

export const router = createRouter({
  history: createWebHistory("/ops/"),
  routes: [...ROOMS.flatMap(({ routes }) => routes), ...PAGES, { path: "/:rest(.*)*", redirect: { name: "home" } }],
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? undefined : { top: 0 }),
});
