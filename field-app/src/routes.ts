/** The app's pages. All of them come along with the first load: with no network there is no second one. */
import { createRouter, createWebHistory } from "vue-router";
import DaysPage from "./features/days/DaysPage.vue";
import SettingsPage from "./features/session/SettingsPage.vue";
import UnsentPage from "./features/unsent/UnsentPage.vue";
import VisitPage from "./features/visits/VisitPage.vue";

export const router = createRouter({
  history: createWebHistory("/field/"),
  routes: [
    { path: "/", name: "days", component: DaysPage },
    { path: "/visites/:job", name: "visit", component: VisitPage, props: true },
    { path: "/a-envoyer", name: "unsent", component: UnsentPage },
    { path: "/reglages", name: "settings", component: SettingsPage },
    { path: "/:rest(.*)*", redirect: { name: "days" } },
  ],
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? undefined : { top: 0 }),
});
