/** One thing asked for in one action: the same id until there is a definite answer, so that a second press does nothing more. */
import { callAnswer, callState } from "@gigafibre/contracts/calls";
import type { CallState } from "@gigafibre/contracts/calls";
import { useQueryClient } from "@tanstack/vue-query";
import { ref, shallowRef } from "vue";
import type { Ref, ShallowRef } from "vue";
import { askHub, posted } from "../../hub-request.ts";
import { keys } from "../../query-keys.ts";
import { Refusal } from "../../refusal.ts";

/** `under_way` goes on by itself: it is looked at this often, so many times, and then left to the page's live events. */
const LOOK_EVERY_MS = 1_500;
const LOOKS = 8;

export interface Call {
  readonly busy: Readonly<Ref<boolean>>;
  readonly refusal: Readonly<ShallowRef<Refusal | null>>;
  readonly underWay: Readonly<Ref<boolean>>;
  /** @returns what it made; null when it was refused, or goes on by itself */
  send(body: object): Promise<CallState | null>;
  /** Anything that is looked at before. @returns null when it was refused */
  ask<Answer>(what: () => Promise<Answer>): Promise<Answer | null>;
  clear(): void;
}

export function useCall(url: string, customer: () => string): Call {
  const client = useQueryClient();
  const busy = ref(false);
  const refusal = shallowRef<Refusal | null>(null);
  const underWay = ref(false);
  let id = "";

  async function ask<Answer>(what: () => Promise<Answer>): Promise<Answer | null> {
    busy.value = true;
    refusal.value = null;
    try {
      return await what();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusal.value = error;
      // A definite no leaves nothing behind: the next wish is another one.
      if (error.status > 0 && error.status < 500) id = "";
      return null;
    } finally {
      busy.value = false;
    }
  }

  async function followed(call: string): Promise<CallState | null> {
    for (let look = 0; look < LOOKS; look += 1) {
      const now = await askHub(callState, `/api/calls/${call}`);
      if (now.state === "refused") throw new Refusal({ status: 409, reason: "call_refused", said: { fr: now.refusal ?? "", en: now.refusal ?? "" } });
      if (now.state === "done") return now;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    underWay.value = true;
    return null;
  }

  return {
    busy, refusal, underWay, ask,
    send: (body) =>
      ask(async () => {
        id ||= crypto.randomUUID();
        const answer = await askHub(callAnswer, url, posted({ id, ...body }));
        const done = answer.state === "done" ? { ...answer, state: "done" as const, refusal: null } : await followed(answer.id);
        id = "";
        void client.invalidateQueries({ queryKey: keys.customer(customer()) });
        return done;
      }),
    clear() {
      id = "";
      refusal.value = null;
      underWay.value = false;
    },
  };
}
