/** Whom a ticket is given to, and who may be. */
import { isAgent } from "@gigafibre/contracts/session";
import { ticketAssigned, ticketPeople } from "@gigafibre/contracts/tickets";
import type { TicketPeople } from "@gigafibre/contracts/tickets";
import { language, said } from "@gigafibre/theme/language.ts";
import { useQuery } from "@tanstack/vue-query";
import { Notify } from "quasar";
import type { UseQueryReturnType } from "@tanstack/vue-query";
import { computed } from "vue";
import { askHub } from "../../hub-request.ts";
import { keys } from "../../query-keys.ts";
import { useDeed } from "../queues/deed.ts";
import type { Deed } from "../queues/deed.ts";
import { useSession } from "../session/session.ts";
import { texts } from "./texts.ts";

/** Oneself first. */
export function usePeople(enabled: () => boolean): UseQueryReturnType<TicketPeople, Error> {
  const session = useSession();
  return useQuery({
    queryKey: keys.list("User", "tickets"),
    queryFn: () => askHub(ticketPeople, "/api/tickets/people"),
    staleTime: 300_000,
    enabled: computed(enabled),
    select: (people) => people.toSorted((a, b) => Number(b.user === session.who?.user) - Number(a.user === session.who?.user)),
  });
}

export interface Giving extends Omit<Deed, "run"> {
  /** @returns whether all of them are given */
  readonly give: (issues: readonly string[], user: string | null) => Promise<boolean>;
}

export function useGiving(): Giving {
  const { busy, refusal, run } = useDeed([keys.list("Issue"), ["customer"], keys.hub("thread")]);
  return {
    busy,
    refusal,
    give: (issues, user) =>
      run(async () => {
        for (const issue of issues) {
          await askHub(ticketAssigned, `/api/tickets/${encodeURIComponent(issue)}/assignee`, { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify({ user }) });
        }
      }),
  };
}

/** One's own from one key; what became of it is said at the foot of the page. */
export function useTaking(): (issue: string) => Promise<void> {
  const session = useSession();
  const { give, refusal } = useGiving();
  return async (issue) => {
    const { who } = session;
    if (who === null || !isAgent(who)) return;
    const says = texts[language.value];
    const taken = await give([issue], who.user);
    if (taken) Notify.create({ message: says.taken(issue) });
    else if (refusal.value) Notify.create({ message: said(refusal.value.said), type: "negative" });
  };
}
