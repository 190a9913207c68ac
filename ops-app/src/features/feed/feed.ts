/** What happened lately, for the feed, its badge and its toasts; and the cache told of it. */
import type { LiveEvent } from "@gigafibre/contracts/events";
import { defineStore } from "pinia";
import { Notify } from "quasar";
import { computed, ref, shallowRef } from "vue";
import type { Router } from "vue-router";
import { z } from "zod";
import { askHub } from "../../hub-request.ts";
import { language, said } from "@gigafibre/theme/language.ts";
import { queryClient } from "../../query-client.ts";
import { invalidating } from "./follow-events.ts";
import { followOneStream } from "./one-stream.ts";
import { askSubject, leadsTo, titleOf } from "./subject.ts";
import { doctypeSaid, isNews, saidOf, texts } from "./texts.ts";

/** Shown of what was before the page was opened, and at most. */
const BEFORE = 200;
const SHOWN = 500;
/** More at once are a number, not a tower of toasts. */
const TOASTS = 3;

const lastEvent = z.object({ id: z.int() });
const askLast = () => askHub(lastEvent, "/api/events/last");

export const useFeed = defineStore("feed", () => {
  /** Newest first. */
  const events = shallowRef<readonly LiveEvent[]>([]);
  const connected = ref(false);
  const opened = ref(0);
  const seen = ref(0);
  let toasts = 0;

  const news = computed(() => events.value.filter((event) => event.id > seen.value && isNews(event)));
  /** Of what is new. */
  const unseen = computed(() => ({ all: news.value.length, forSomeone: news.value.filter(({ kind }) => saidOf(kind).someone).length }));

  async function toast(event: LiveEvent, router: Router): Promise<void> {
    if (!saidOf(event.kind).someone || toasts >= TOASTS || document.visibilityState !== "visible" || router.currentRoute.value.name === "feed") return;
    toasts++;
    const subject = await askSubject(event);
    Notify.create({
      message: said(saidOf(event.kind).says),
      caption: [...new Set([said(doctypeSaid(event.doctype)), titleOf(event, subject)])].join(" · "),
      actions: [{ label: texts[language.value].see, color: "white", handler: () => void router.push(leadsTo(router, event, subject) ?? { name: "feed" }) }],
      onDismiss: () => void toasts--,
    });
  }

  /** @returns stops */
  async function follow(router: Router): Promise<() => void> {
    // Asked before any page reads its data: nothing falls between.
    const { id } = await askLast();
    opened.value = id;
    seen.value = id;
    const readAgain = invalidating(queryClient);
    return followOneStream({
      after: Math.max(0, id - BEFORE),
      event: (event) => {
        events.value = [event, ...events.value].slice(0, SHOWN);
        if (event.id <= opened.value) return;
        readAgain(event);
        void toast(event, router);
      },
      lost: () => void queryClient.invalidateQueries(),
      connected: (is) => (connected.value = is),
      mayAskAgain: () => askLast().catch(() => undefined),
    });
  }

  const markSeen = (): void => void (seen.value = events.value[0]?.id ?? seen.value);

  return { events, connected, unseen, seen, follow, markSeen };
});
