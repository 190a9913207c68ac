/** What is done at a row: one at a time, a refusal stays at its row with what was typed. */
import type { Bilingual } from "@gigafibre/contracts/language";
import { useQueryClient } from "@tanstack/vue-query";
import type { QueryKey } from "@tanstack/vue-query";
import { Notify } from "quasar";
import { ref } from "vue";
import type { Ref } from "vue";
import { said } from "@gigafibre/theme/language.ts";
import { keys } from "../../query-keys.ts";
import { Refusal } from "../../refusal.ts";

export interface Deed {
  readonly busy: Readonly<Ref<boolean>>;
  readonly refusal: Readonly<Ref<Refusal | null>>;
  /** @returns whether it was done */
  readonly run: (deed: () => Promise<unknown>, done?: Bilingual | (() => Bilingual)) => Promise<boolean>;
}

/** @param old what is asked again afterwards, done or not */
export function useDeed(old: readonly QueryKey[] = [keys.hub("queues")]): Deed {
  const client = useQueryClient();
  const busy = ref(false);
  const refusal = ref<Refusal | null>(null);
  return {
    busy,
    refusal,
    async run(deed, done) {
      if (busy.value) return false;
      busy.value = true;
      refusal.value = null;
      try {
        await deed();
        if (done) Notify.create({ message: said(typeof done === "function" ? done() : done), timeout: 3_000 });
        return true;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refusal.value = error;
        return false;
      } finally {
        busy.value = false;
        await Promise.all(old.map((queryKey) => client.invalidateQueries({ queryKey })));
      }
    },
  };
}
