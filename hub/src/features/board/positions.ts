/** Where technicians are now, for dispatch: their vehicle by Traccar, else their phone while a customer follows it. */
import type { FastifyInstance } from "fastify";
import type { BoardPositions } from "@gigafibre/contracts/board";
import { textOf } from "../../erpnext-document.ts";
import type { Caller } from "../../plugins/erpnext.ts";
import { onTheWay } from "../follow/repository.ts";
import type { Traccar } from "./traccar.ts";

/** Older than this it says where they were. */
const FRESH_MS = 30 * 60_000;

/** Of the technicians that the person may see. @throws ErpnextUnavailable */
export async function positionsOf(app: FastifyInstance, traccar: Traccar, caller: Caller): Promise<BoardPositions> {
  const [{ lists }, vehicles, followed] = await Promise.all([
    app.erpnext.lists([{ as: "technicians", doctype: "Technician", fields: ["name", "user", "traccar_device_id"], filters: [["active", "=", 1]], order_by: "user asc" }], caller),
    traccar.vehicles(),
    onTheWay(app.db),
  ]);
  const since = Date.now() - FRESH_MS;
  return {
    positions: (lists["technicians"] ?? []).flatMap((row) => {
      const [user, device] = [textOf(row, "user"), textOf(row, "traccar_device_id")];
      const vehicle = device === "" ? undefined : vehicles?.find((each) => each.device === device);
      const phone = followed.find(({ technician }) => technician === user);
      const [newest] = [vehicle, phone].filter((each) => each !== undefined && each.at.getTime() >= since).sort((one, other) => (other?.at.getTime() ?? 0) - (one?.at.getTime() ?? 0));
      return newest ? [{ technician: user, latitude: newest.latitude, longitude: newest.longitude, at: newest.at.toISOString(), moving: "moving" in newest ? newest.moving : true }] : [];
    }),
  };
}
