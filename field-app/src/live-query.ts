/** A query of the phone's database that follows what any tab writes. */
import type { Observable } from "dexie";
import { onScopeDispose, shallowRef } from "vue";
import type { ShallowRef } from "vue";

/** `initial` until the database has answered. @param failed told when it cannot be read any more */
export function useLiveQuery<T>(query: Observable<T>, initial: T, failed: (error: unknown) => void): Readonly<ShallowRef<T>> {
  const found = shallowRef(initial);
  const subscription = query.subscribe({ next: (value) => (found.value = value), error: failed });
  onScopeDispose(() => subscription.unsubscribe());
  return found;
}
