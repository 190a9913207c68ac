/**
 * The app's rooms, in the order of the rail. A room says here how it is called, found and reached by keyboard; what is not in this list is not
 * shown.
 */
import { symRoundedAddShoppingCart, symRoundedCalendarViewDay, symRoundedHome, symRoundedInbox, symRoundedRssFeed, symRoundedTableRows } from "@quasar/extras/material-symbols-rounded";
import type { Bilingual } from "@gigafibre/contracts/language";
import { computed } from "vue";
import type { Component, Ref } from "vue";
import type { RouteRecordRaw } from "vue-router";
import { useFeed } from "./features/feed/feed.ts";
import { useWaiting } from "./features/queues/queues.ts";

export interface Room {
  /** The name of the route that the rail leads to. */
  readonly name: string;
  readonly label: Bilingual;
  readonly icon: string;
  /** Pressed after `g`. */
  readonly key: string;
  /** Pressed alone. */
  readonly alone?: string;
  readonly routes: readonly RouteRecordRaw[];
  /** How many things in it wait for someone, read where the rail is. */
  readonly useCount?: () => Readonly<Ref<number>>;
  /** How much in it is new and asks for nobody. */
  readonly useNews?: () => Readonly<Ref<number>>;
}

const lazy = (load: () => Promise<{ default: Component }>) => load;

export const ROOMS: readonly Room[] = [
  {
    name: "home",
    label: { fr: "Accueil", en: "Home" },
    icon: symRoundedHome,
    key: "h",
    routes: [{ path: "/", name: "home", component: lazy(() => import("./features/shell/HomePage.vue")) }],
  },
  {
    name: "queues",
    label: { fr: "À traiter", en: "To deal with" },
    icon: symRoundedInbox,
    key: "q",
    routes: [{ path: "/a-traiter/:queue?", name: "queues", component: lazy(() => import("./features/queues/QueuesPage.vue")) }],
    useCount: useWaiting,
  },
  {
    name: "board",
    label: { fr: "Répartition", en: "Dispatch" },
    icon: symRoundedCalendarViewDay,
    key: "r",
    routes: [{ path: "/repartition", name: "board", component: lazy(() => import("./features/board/BoardPage.vue")) }],
  },
  {
    name: "lists",
    label: { fr: "Listes", en: "Lists" },
    icon: symRoundedTableRows,
    key: "l",
    routes: [{ path: "/listes/:kind?", name: "lists", component: lazy(() => import("./features/lists/ListsPage.vue")) }],
  },
  {
    name: "new-order",
    label: { fr: "Nouvelle commande", en: "New order" },
    icon: symRoundedAddShoppingCart,
    key: "n",
    alone: "n",
    routes: [{ path: "/commandes/nouvelle", name: "new-order", component: lazy(() => import("./features/orders/PhoneOrderPage.vue")) }],
  },
  {
    name: "feed",
    label: { fr: "Fil", en: "Feed" },
    icon: symRoundedRssFeed,
    key: "f",
    routes: [{ path: "/fil", name: "feed", component: lazy(() => import("./features/feed/FeedPage.vue")) }],
    useCount: () => {
      const feed = useFeed();
      return computed(() => feed.unseen.forSomeone);
    },
    useNews: () => {
      const feed = useFeed();
      return computed(() => feed.unseen.all);
    },
  },
];

/** What is opened from a room or by a search, and stands in no rail. */
export const PAGES: readonly RouteRecordRaw[] = [
  { path: "/a-facturer", name: "due", component: lazy(() => import("./features/billing/DuePage.vue")) },
  { path: "/visites/:name", name: "job", component: lazy(() => import("./features/board/BoardPage.vue")) },
  { path: "/clients/:name", name: "customer", props: true, component: lazy(() => import("./features/customers/CustomerPage.vue")) },
];
