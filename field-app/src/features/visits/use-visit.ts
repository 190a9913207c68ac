/** One visit as it stands on this phone, and how something is done to it. */
import { computed, shallowRef } from "vue";
import type { ComputedRef, ShallowRef } from "vue";
import { visitActionBody } from "@gigafibre/contracts/visits";
import type { Visit, VisitActionBody, VisitActionKind } from "@gigafibre/contracts/visits";
import type { PendingAction } from "../outbox/outbox.ts";
import { useSession } from "../session/session.ts";
import { tell } from "./tell.ts";

export interface VisitWork {
  readonly visit: ComputedRef<Visit | undefined>;
  readonly pending: ComputedRef<PendingAction[]>;
  /** A refused action that is being corrected: what is done next of its kind takes its place. */
  readonly correcting: ShallowRef<PendingAction | null>;
  /** @returns whether the phone has kept it; if not, it has said why */
  perform(action: VisitActionBody, photo?: Blob): Promise<boolean>;
}

export function useVisit(job: string): VisitWork {
  const { carried, outbox } = useSession();
  const correcting = shallowRef<PendingAction | null>(null);
  return {
    visit: computed(() => carried.visits.value.find(({ name }) => name === job)),
    pending: computed(() => carried.pending.value.filter((each) => each.job === job)),
    correcting,
    perform: async (made, photo) => {
      // Plain, as IndexedDB takes it, and as the hub will read it.
      const action = visitActionBody.parse(made);
      const replaced = correcting.value?.action.kind === action.kind ? correcting.value : null;
      const kept = await tell(replaced ? outbox.edit(replaced.id, action) : outbox.add(job, action, photo ? { photo } : {}));
      if (!kept) return false;
      if (replaced) correcting.value = null;
      if (action.kind === "complete") await tell(carried.wipeWifi(job));
      return true;
    },
  };
}

/** What is being corrected, as it was sent, for the sheet of its kind. */
export function corrected<Kind extends VisitActionKind>(row: PendingAction | null, kind: Kind): Extract<VisitActionBody, { kind: Kind }> | null {
  return row?.action.kind === kind ? (row.action as Extract<VisitActionBody, { kind: Kind }>) : null;
}
