/** What is ticked, by name: it stays while the list is sorted or scrolled. */
import { computed, shallowRef } from "vue";
import type { ComputedRef, ShallowRef } from "vue";
import type { Row } from "./rows.ts";

export interface Selection {
  readonly ticked: Readonly<ShallowRef<ReadonlyMap<string, Row>>>;
  readonly size: ComputedRef<number>;
  readonly toggle: (row: Row) => void;
  readonly add: (rows: readonly Row[]) => void;
  readonly keepOnly: (names: readonly string[]) => void;
  readonly clear: () => void;
}

export function useSelection(): Selection {
  const ticked = shallowRef<ReadonlyMap<string, Row>>(new Map());
  return {
    ticked,
    size: computed(() => ticked.value.size),
    toggle(row) {
      const now = new Map(ticked.value);
      if (!now.delete(row.name)) now.set(row.name, row);
      ticked.value = now;
    },
    add: (rows) => void (ticked.value = new Map([...ticked.value, ...rows.map((row) => [row.name, row] as const)])),
    keepOnly: (names) => void (ticked.value = new Map([...ticked.value].filter(([name]) => names.includes(name)))),
    clear: () => void (ticked.value = new Map()),
  };
}
