/** What a device says of itself, and what it can be had to do. Keyed by its document, which is what live events name. */
import { ACS_REASONS, deviceActionAnswer, deviceHistory, deviceState, wifiPassword } from "@gigafibre/contracts/devices";
import type { DeviceActionName, DeviceHistory, DeviceState } from "@gigafibre/contracts/devices";
import type { Bilingual } from "@gigafibre/contracts/language";
import { useQuery, useQueryClient } from "@tanstack/vue-query";
import { ref, shallowRef } from "vue";
import type { Ref, ShallowRef } from "vue";
import type { z } from "zod";
import { askHub, posted } from "../../hub-request.ts";
import { keys } from "../../query-keys.ts";
import { Refusal } from "../../refusal.ts";

export type WifiPassword = z.infer<typeof wifiPassword>;

export interface Device {
  /** Once it was asked for. */
  readonly state: Ref<DeviceState | undefined>;
  /** What its ACS read of it when it was asked to: no reading of what is only known covers it. */
  readonly live: ShallowRef<DeviceState["live"]>;
  readonly history: Ref<DeviceHistory | undefined>;
  /** What is being done now. */
  readonly busy: Readonly<Ref<DeviceActionName | "live" | "wifi" | null>>;
  /** What came of what was asked last. */
  readonly said: Readonly<ShallowRef<{ readonly good: boolean; readonly says: Bilingual } | null>>;
  readonly wifi: ShallowRef<WifiPassword | null>;
  readonly readNow: () => Promise<void>;
  readonly perform: (action: DeviceActionName) => Promise<void>;
  readonly showWifi: () => Promise<void>;
}

const DONE: Readonly<Record<DeviceActionName, Bilingual>> = {
  reboot: { fr: "L'appareil redémarre.", en: "The device is restarting." },
  push: { fr: "L'appareil a pris ses réglages.", en: "The device took its settings." },
  firmware: { fr: "L'appareil va chercher son micrologiciel.", en: "The device is fetching its firmware." },
};
/** A password on a screen is read by whoever passes. */
const SHOWN_MS = 60_000;
const ACS_PATIENCE_MS = 45_000;

export function useDevice(serial: () => string, equipment: () => string, wants: { readonly state: () => boolean; readonly history: () => boolean }): Device {
  const client = useQueryClient();
  const url = (path = ""): string => `/api/devices/${encodeURIComponent(serial())}${path}`;
  const stateKey = () => keys.hub("device", equipment(), "state");
  const { data: state } = useQuery({ queryKey: keys.hub("device", equipment(), "state"), queryFn: () => askHub(deviceState, url()), enabled: wants.state, retry: false });
  const { data: history } = useQuery({ queryKey: keys.hub("device", equipment(), "history"), queryFn: () => askHub(deviceHistory, url("/history")), enabled: wants.history, retry: false });
  const busy = ref<DeviceActionName | "live" | "wifi" | null>(null);
  const said = shallowRef<{ good: boolean; says: Bilingual } | null>(null);
  const wifi = shallowRef<WifiPassword | null>(null);
  const live = shallowRef<DeviceState["live"]>(null);

  async function doing(what: DeviceActionName | "live" | "wifi", run: () => Promise<void>): Promise<void> {
    if (busy.value !== null) return;
    busy.value = what;
    said.value = null;
    try {
      await run();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      said.value = { good: false, says: error.said };
    } finally {
      busy.value = null;
    }
  }

  const patient = (init: RequestInit = {}): RequestInit => ({ ...init, signal: AbortSignal.timeout(ACS_PATIENCE_MS) });
  return {
    state,
    live,
    history,
    busy,
    said,
    wifi,
    readNow: () => doing("live", async () => {
      const now = await askHub(deviceState, url("?live=true"), patient());
      await client.cancelQueries({ queryKey: stateKey() });
      client.setQueryData(stateKey(), now);
      live.value = now.live;
      if (now.live && now.live.answer.outcome !== "done") said.value = { good: false, says: ACS_REASONS[now.live.answer.reason].message };
    }),
    perform: (action) => doing(action, async () => {
      const { answer, message } = await askHub(deviceActionAnswer, url("/actions"), patient(posted({ action })));
      said.value = { good: answer.outcome === "done", says: message ?? DONE[action] };
      void client.invalidateQueries({ queryKey: stateKey() });
    }),
    showWifi: () => doing("wifi", async () => {
      wifi.value = await askHub(wifiPassword, url("/wifi-password"), { method: "POST" });
      setTimeout(() => (wifi.value = null), SHOWN_MS);
    }),
  };
}
