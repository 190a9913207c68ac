/** Tells a device, by its ACS and at once, what it is to be told: on somebody's wish, or where devices do not ask by themselves. */
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import type { AcsAnswer } from "@gigafibre/contracts/devices";
import { transaction } from "../../plugins/database.ts";
import { notDone } from "./acs/driver.ts";
import type { AcsDriver } from "./acs/driver.ts";
import { keepActivated } from "./informs.ts";
import type { Wanted } from "./wanted.ts";

export const ROOT = { tr098: "InternetGatewayDevice", tr181: "Device" } as const;

/** @throws Refusal as `Wanted` does; AcsUnavailable */
export type Push = (serial: string, mac: string | undefined) => Promise<AcsAnswer>;

/** @param tellSoon has ERPNext told, in the transaction that keeps it */
export function pushBy(app: FastifyInstance, acs: AcsDriver, wanted: Wanted, tellSoon: (client: pg.ClientBase) => Promise<void>): Push {
  return async (serial, mac) => {
    const device = await acs.find(serial);
    if (!device) return notDone("never_heard");
    const model = device.model ?? "tr181";
    const { parameters, hash, firmware } = await wanted(serial, mac, { model, ...(device.firmware === null ? {} : { firmware: device.firmware }) });
    // The code with them: a device that says it has taken them is not told again at its next inform.
    const answer = await acs.set(serial, [...parameters, { path: `${ROOT[model]}.DeviceInfo.ProvisioningCode`, value: hash, type: "xsd:string" }]);
    if (answer.outcome !== "done") return answer;
    await transaction(app.db, async (client) => {
      if (await keepActivated(client, [{ serial, hash, firmware: device.firmware ?? undefined }])) await tellSoon(client);
    });
    return firmware !== null && !acs.devicesAsk ? acs.download(serial, firmware.file) : answer;
  };
}
