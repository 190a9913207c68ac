/** How people are called: ERPNext says of whom it writes down by their address alone. */
import { useQuery } from "@tanstack/vue-query";
import { computed, toValue } from "vue";
import type { ComputedRef, MaybeRefOrGetter } from "vue";
import { z } from "zod";
import { gathered } from "../../gathered.ts";
import { askHub } from "../../hub-request.ts";
import { keys } from "../../query-keys.ts";

const answer = z.object({ message: z.record(z.string(), z.object({ fullname: z.string() })) });
const nameOf = gathered<string>(async (users) => {
  const { message } = await askHub(answer, `/api/method/frappe.desk.form.load.get_user_info_for_viewers?${new URLSearchParams({ users: JSON.stringify(users) }).toString()}`);
  return Object.fromEntries(Object.entries(message).map(([user, { fullname }]) => [user, fullname]));
});

/** Their name; who is no user of ERPNext's is as they wrote themselves. */
export function usePersonName(user: MaybeRefOrGetter<string | null>): ComputedRef<string> {
  const { data } = useQuery({
    queryKey: computed(() => keys.person(toValue(user) ?? "")),
    queryFn: async () => (await nameOf(toValue(user) ?? "")) ?? null,
    staleTime: Number.POSITIVE_INFINITY,
    enabled: () => toValue(user)?.includes("@") ?? false,
  });
  return computed(() => data.value ?? toValue(user) ?? "");
}
