/** What a person opened lately or wants at hand, in this browser and under their name only. */
import { findHit } from "@gigafibre/contracts/find";
import type { FindHit } from "@gigafibre/contracts/find";
import { shallowRef } from "vue";
import type { ShallowRef } from "vue";
import { z } from "zod";

const RECENT = 8;

const keptHits = z.object({ recent: z.array(findHit), pinned: z.array(findHit) });
export type KeptHits = z.infer<typeof keptHits>;

const same = (one: FindHit) => (other: FindHit) => one.doctype === other.doctype && one.name === other.name;

export interface Keeping {
  readonly kept: Readonly<ShallowRef<KeptHits>>;
  readonly opened: (hit: FindHit) => void;
  readonly togglePin: (hit: FindHit) => void;
  readonly isPinned: (hit: FindHit) => boolean;
}

export function keepHits(user: string): Keeping {
  const key = `gigafibre-ops-found:${user}`;
  const stored = keptHits.safeParse(JSON.parse(localStorage.getItem(key) ?? "null"));
  const kept = shallowRef<KeptHits>(stored.success ? stored.data : { recent: [], pinned: [] });
  const keep = (now: KeptHits): void => {
    kept.value = now;
    localStorage.setItem(key, JSON.stringify(now));
  };
  const isPinned = (hit: FindHit): boolean => kept.value.pinned.some(same(hit));
  return {
    kept,
    isPinned,
    opened: (hit) => keep({ ...kept.value, recent: [hit, ...kept.value.recent.filter((each) => !same(hit)(each))].slice(0, RECENT) }),
    togglePin: (hit) => keep({ ...kept.value, pinned: isPinned(hit) ? kept.value.pinned.filter((each) => !same(hit)(each)) : [...kept.value.pinned, hit] }),
  };
}
