/** What a device is to be told: from the cache, and from ERPNext where that does not know it yet. */
import { setTimeout } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import type { ProvisionAnswer } from "@gigafibre/contracts/devices";
import { ErpnextRefused, ErpnextUnavailable } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { identitiesOf, keptDevices } from "./cache.ts";
import type { Kept } from "./cache.ts";
import { readRules } from "./facts.ts";
import type { KnownDevices } from "./known-devices.ts";
import { resolve } from "./resolve.ts";
import type { Said } from "./resolve.ts";
import { together } from "./together.ts";

/** Devices looked up in one round trip: those that ask while the one before is under way. */
const AT_ONCE = 200;

/** @throws Refusal `device_unknown`, `device_without_service` or `erpnext_unavailable` */
export type Wanted = (serial: string, mac: string | undefined, said: Said) => Promise<ProvisionAnswer>;

export function wantedBy(app: FastifyInstance, known: KnownDevices): Wanted {
  const rules = app.keepSnapshot("device-rules", () => readRules(app.erpnext));
  const hashKey = app.vault.derive("device-provision");
  const keptDevice = together<readonly string[], Kept | null>((asked) => keptDevices(app.db, app.vault, asked), AT_ONCE);

  /** From the cache; a device that is not in it, or whose place has changed, from ERPNext. */
  async function find(identities: readonly string[]): Promise<Kept | null> {
    const kept = await keptDevice(identities);
    if (isWhole(kept)) return kept;
    const late = new AbortController();
    try {
      return await Promise.race([
        lookUp(identities, late.signal),
        setTimeout(app.config.ACS_WAITS_MS, undefined, { signal: late.signal, ref: false }).then(() => Promise.reject(new ErpnextUnavailable("the devices were not read in time"))),
      ]);
    } catch (error) {
      if (error instanceof ErpnextUnavailable || error instanceof ErpnextRefused) throw new Refusal("erpnext_unavailable", {}, error);
      throw error;
    } finally {
      late.abort();
    }
  }

  /** Again when the place was changed while it was read. */
  async function lookUp(identities: readonly string[], late: AbortSignal): Promise<Kept | null> {
    for (;;) {
      await known.lookUp(identities);
      const kept = await keptDevice(identities);
      if (kept === null || isWhole(kept) || late.aborted) return kept;
    }
  }

  return async (serial, mac, said) => {
    const found = await find(identitiesOf(serial, mac));
    if (!found) throw new Refusal("device_unknown");
    const copy = rules.known ?? (await rules.get());
    if (!copy) throw new Refusal("erpnext_unavailable");
    const answer = found.facts && resolve(found.facts, found.equipment, copy, { ...said, oui: said.oui ?? found.oui ?? undefined, product_class: said.product_class ?? found.product_class ?? undefined, firmware: said.firmware ?? found.firmware ?? undefined }, hashKey);
    if (!answer) throw new Refusal("device_without_service");
    return answer;
  };
}

const isWhole = (kept: Kept | null): boolean => kept !== null && (kept.facts !== null || kept.place === null);
