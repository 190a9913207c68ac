/**
 * Every page, in both languages. A route is named `page.language`, so that a link to the other language of any page keeps its
 * parameters.
 */
import type { Language } from "@gigafibre/contracts/language";
import type { RouteLocationRaw, RouteRecordRaw } from "vue-router";

export type Page = "home" | "order" | "status" | "follow" | "terms" | "missing";

declare module "vue-router" {
  interface RouteMeta {
    language?: Language;
    page?: Page;
  }
}

const PAGES = {
  home: { fr: "/", en: "/en", component: () => import("./features/landing/LandingPage.vue") },
  order: { fr: "/commande", en: "/en/order", component: () => import("./features/orders/OrderPage.vue") },
  status: { fr: "/commande/:id", en: "/en/order/:id", component: () => import("./features/orders/StatusPage.vue") },
  follow: { fr: "/suivi/:token", en: "/en/follow/:token", component: () => import("./features/follow/FollowPage.vue") },
  terms: { fr: "/conditions", en: "/en/terms", component: () => import("./features/site/TermsPage.vue") },
  missing: { fr: "/:rest(.*)*", en: "/en/:rest(.*)*", component: () => import("./features/site/MissingPage.vue") },
} as const;

const LANGUAGES: readonly Language[] = ["fr", "en"];

export const routes: RouteRecordRaw[] = [
  ...(Object.keys(PAGES) as Page[]).flatMap((page) =>
    LANGUAGES.map((language): RouteRecordRaw => {
      const { component, [language]: path } = PAGES[page];
      return { path, name: `${page}.${language}`, component, meta: { page, language } };
    }),
  ),
  // The French words after /en lead to the English page: people edit addresses by hand.
  { path: "/en/commande/:id?", redirect: ({ params, query, hash }) => ({ path: ["/en/order", params["id"]].filter(Boolean).join("/"), query, hash }) },
  { path: "/en/suivi/:token", redirect: ({ params }) => `/en/follow/${String(params["token"])}` },
  { path: "/en/conditions", redirect: "/en/terms" },
];

/** A link to a page in a language. */
export function pageIn(language: Language, page: Page, rest: Pick<Exclude<RouteLocationRaw, string>, "query" | "hash"> & { params?: Record<string, string> } = {}): RouteLocationRaw {
  return { name: `${page}.${language}`, ...rest };
}

/**
 * Whether the markup in the document was drawn for the address it is served at. A server may answer any address of the site with the
 * nearest page it has; that page must then be drawn anew rather than brought to life.
 */
export function drawnFor(): boolean {
  if (import.meta.env.SSR) return true;
  const drawn = document.getElementById("app")?.dataset["page"];
  const asked = location.pathname.replace(/(?!^)\/+$/, "");
  return drawn === asked || (drawn !== undefined && drawn.endsWith("/_") && asked.split("/").slice(0, -1).join("/") === drawn.slice(0, -2));
}
