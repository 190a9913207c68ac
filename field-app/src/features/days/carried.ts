/** The days that a technician carries: one bundle from the hub, kept in IndexedDB, and what they did since applied to it. */
import { liveQuery } from "dexie";
import { visitDays } from "@gigafibre/contracts/visits";
import type { Visit, VisitDays } from "@gigafibre/contracts/visits";
import { computed, effectScope, ref, shallowRef } from "vue";
import type { ComputedRef, Ref, ShallowRef } from "vue";
import { askHub, HubRefusal } from "../../hub-request.ts";
import { useLiveQuery } from "../../live-query.ts";
import type { CarriedDays, FieldDatabase } from "../outbox/database.ts";
import type { Outbox, OutboxStatus, PendingAction } from "../outbox/outbox.ts";
import { storageRefusal } from "../outbox/reasons.ts";
import { applyPending } from "../visits/apply-pending.ts";
import { openHints } from "./hints.ts";
import { withoutWifi, wifiExpired } from "./wifi.ts";

/** While the app is looked at. */
const REFRESH_MS = 5 * 60_000;
/** What many events at once lead to is asked for once. */
const SETTLE_MS = 800;
const FOLLOWED: ReadonlySet<string> = new Set(["port.activation", "visit.changed", "document.changed", "device.online", "device.offline"]);

export interface Carried {
  /** Undefined until the phone has been read; null where it carries nothing. */
  readonly days: ComputedRef<VisitDays | null | undefined>;
  /** As they stand with what is unsent. */
  readonly visits: ComputedRef<Visit[]>;
  readonly pending: Readonly<ShallowRef<PendingAction[]>>;
  readonly status: Readonly<ShallowRef<OutboxStatus>>;
  readonly refreshing: Readonly<Ref<boolean>>;
  /** Why the last try brought nothing. */
  readonly failure: Readonly<ShallowRef<HubRefusal | null>>;
  /** By the last thing that was tried. */
  readonly offline: Readonly<Ref<boolean>>;
  refresh(): Promise<void>;
  /** Somebody has signed in: nothing asks for it any more, and what was refused for want of it is asked again. */
  resume(): Promise<void>;
  /** Of a visit that is over. */
  wipeWifi(job: string): Promise<void>;
  forget(): Promise<void>;
  close(): void;
}

export function openCarried(database: FieldDatabase, user: string, outbox: Outbox): Carried {
  const scope = effectScope(true);
  const kept = shallowRef<Readonly<Ref<CarriedDays | null | undefined>>>();
  const refreshing = ref(false);
  const failure = shallowRef<HubRefusal | null>(null);
  const offline = ref(!navigator.onLine);
  const status = shallowRef<OutboxStatus>({ state: "idle", reason: null });
  const closed = new AbortController();
  const failed = (error: unknown): void => {
    const { reason } = storageRefusal(error);
    failure.value = new HubRefusal(0, reason.name, reason, error);
  };

  const pending = scope.run(() => useLiveQuery(outbox.pending(), [], failed)) ?? shallowRef<PendingAction[]>([]);
  kept.value = scope.run(() => useLiveQuery(liveQuery(async () => (await database.days.get(user)) ?? null), undefined, failed));

  async function wipe(job?: string): Promise<void> {
    await database.transaction("rw", database.days, async () => {
      const row = await database.days.get(user);
      if (row && (job !== undefined || wifiExpired(new Date(row.kept_at), new Date()))) await database.days.put({ ...row, days: withoutWifi(row.days, job) });
    });
  }

  let running: Promise<void> | undefined;
  function refresh(): Promise<void> {
    running ??= load().finally(() => (running = undefined));
    return running;
  }

  async function load(): Promise<void> {
    refreshing.value = true;
    try {
      await outbox.carrying(async () => {
        const days = await askHub(visitDays, "/api/field/days");
        // Somebody else's session in this browser: their days are not this person's.
        if (days.user !== user) throw new HubRefusal(401, "sign_in_required", { fr: "Connectez-vous de nouveau.", en: "Sign in again." });
        // Who has signed out meanwhile carries nothing any more.
        if (closed.signal.aborted) return;
        await database.days.put({ user, days: withoutCompleted(days, pending.value), kept_at: new Date().toISOString() });
      });
      failure.value = null;
      offline.value = false;
      hints.listen();
    } catch (error) {
      if (error instanceof HubRefusal) {
        failure.value = error;
        offline.value = error.status === 0;
      } else failed(error);
    } finally {
      refreshing.value = false;
    }
  }

  async function resume(): Promise<void> {
    failure.value = null;
    // What was asked before they signed in says nothing of it.
    await running;
    failure.value = null;
    await refresh();
  }

  let settling: ReturnType<typeof setTimeout> | undefined;
  const refreshSoon = (): void => {
    clearTimeout(settling);
    settling = setTimeout(() => void refresh(), SETTLE_MS);
  };

  const hints = openHints((kind) => FOLLOWED.has(kind) && refreshSoon());
  const unlisten = [
    outbox.onStatus((now) => {
      status.value = now;
      if (now.reason?.name === "network_lost") offline.value = true;
    }),
    outbox.onAnswer(() => {
      offline.value = false;
      refreshSoon();
    }),
    () => hints.close(),
  ];
  const timer = setInterval(() => {
    void wipe().catch(failed);
    if (document.visibilityState === "visible") void refresh();
  }, REFRESH_MS);
  const options = { signal: closed.signal };
  window.addEventListener("online", () => void refresh(), options);
  window.addEventListener("offline", () => (offline.value = true), options);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void wipe().then(refresh, failed), options);
  void wipe().then(refresh, failed);

  const days = computed(() => {
    const row = kept.value?.value;
    return row ? row.days : row;
  });
  return {
    days,
    visits: computed(() => (days.value?.visits ?? []).map((visit) => applyPending(visit, pending.value))),
    pending,
    status,
    refreshing,
    failure,
    offline,
    refresh,
    resume,
    wipeWifi: wipe,
    forget: () => database.days.delete(user),
    close: () => {
      closed.abort();
      clearInterval(timer);
      clearTimeout(settling);
      for (const stop of unlisten) stop();
      scope.stop();
    },
  };
}

/** A visit that is over on this phone keeps no password, whatever the hub does not know yet. */
function withoutCompleted(days: VisitDays, pending: readonly PendingAction[]): VisitDays {
  const over = pending.filter(({ action, state }) => action.kind === "complete" && state !== "refused");
  return over.reduce((left, { job }) => withoutWifi(left, job), days);
}
