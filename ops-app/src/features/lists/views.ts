/**
 * Lists that a person keeps under a name, in ERPNext's own List Filter: theirs wherever they sign in, or everybody's. They stand beside the list of
 * List Filter itself, so that Desk, whose filters are written otherwise, offers none of them.
 */
import { useQuery, useQueryClient } from "@tanstack/vue-query";
import type { ComputedRef } from "vue";
import { computed, toValue } from "vue";
import type { MaybeRefOrGetter } from "vue";
import { z } from "zod";
import { erpnext } from "../../hub-request.ts";
import { keys } from "../../query-keys.ts";
import { useSession } from "../session/session.ts";
import { listState } from "./list-state.ts";
import type { ListState } from "./list-state.ts";
import type { ListKind } from "./kinds.ts";

const DOCTYPE = "List Filter";
const MOST = 200;

const kept = z.object({ list: z.string(), state: listState });
const rows = z.array(z.object({ name: z.string(), filter_name: z.string(), for_user: z.string().nullish(), filters: z.string() }));

export interface View {
  readonly name: string;
  readonly title: string;
  readonly mine: boolean;
  readonly state: ListState;
}

export interface Views {
  readonly views: ComputedRef<readonly View[]>;
  /** @throws Refusal */
  readonly keep: (title: string, state: ListState, forAll: boolean) => Promise<void>;
  /** @throws Refusal */
  readonly forget: (view: View) => Promise<void>;
}

export function useViews(kind: MaybeRefOrGetter<ListKind>): Views {
  const client = useQueryClient();
  const user = useSession().who?.user ?? "";
  const queryKey = keys.list(DOCTYPE, user);
  const { data } = useQuery({
    queryKey,
    queryFn: async () =>
      rows.parse(await erpnext(({ db }) => db.getDocList(DOCTYPE, { fields: ["name", "filter_name", "for_user", "filters"], filters: [["reference_doctype", "=", DOCTYPE], ["for_user", "in", [user, ""]]] as never, limit: MOST, orderBy: { field: "filter_name", order: "asc" } }))),
  });
  const readAgain = () => client.invalidateQueries({ queryKey });
  return {
    views: computed(() =>
      (data.value ?? []).flatMap(({ name, filter_name, for_user, filters }): View[] => {
        const read = kept.safeParse(parsed(filters));
        return read.success && read.data.list === toValue(kind).slug ? [{ name, title: filter_name, mine: for_user === user, state: read.data.state }] : [];
      }),
    ),
    async keep(title, state, forAll) {
      await erpnext(({ db }) => db.createDoc(DOCTYPE, { filter_name: title, reference_doctype: DOCTYPE, for_user: forAll ? "" : user, filters: JSON.stringify({ list: toValue(kind).slug, state }) }));
      await readAgain();
    },
    async forget({ name }) {
      await erpnext(({ db }) => db.deleteDoc(DOCTYPE, name));
      await readAgain();
    },
  };
}

function parsed(text: string): unknown {
  return z.string().transform((json, context): unknown => {
    try {
      return JSON.parse(json);
    } catch {
      context.addIssue("not JSON");
      return z.NEVER;
    }
  }).safeParse(text).data;
}
