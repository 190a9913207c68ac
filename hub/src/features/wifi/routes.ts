/** The WiFi of a place is called otherwise, or has another password: written on its router, which is called if it is there and asks by itself if not. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { callAnswer } from "@gigafibre/contracts/calls";
import { problem } from "@gigafibre/contracts/problems";
import { wifiRequest } from "@gigafibre/contracts/wifi";
import type { WifiRequest } from "@gigafibre/contracts/wifi";
import { textOf } from "../../erpnext-document.ts";
import { Refusal } from "../../plugins/problems.ts";
import { requireRights } from "../calls/rights.ts";
import { dropPlaces } from "../devices/cache.ts";
import { CALL_DEVICE, wishCalls } from "../devices/call-job.ts";

type Body = Omit<WifiRequest, "id">;

export async function wifis(root: FastifyInstance): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>();

  const change = root.calls.add<Body, { readonly location: string }>({
    kind: "wifi",
    async decide({ body: { equipment, ssid, password } }) {
      const router = await root.erpnext.get("Service Equipment", equipment);
      const [status, location] = [textOf(router, "status"), textOf(router, "service_location")];
      if (location === "" || textOf(router, "equipment_type") !== "Routeur" || !["En attente", "Actif"].includes(status)) throw new Refusal("device_not_in_use", { details: { equipment } });
      const values = { ...(ssid === undefined ? {} : { custom_wifi_ssid: ssid }), ...(password === undefined ? {} : { custom_wifi_password: password }) };
      return { steps: [{ op: "update", doctype: "Service Equipment", name: equipment, values, expect: { status, service_location: location } }], plan: { location } };
    },
    async settle(client, { body }, { location }) {
      await dropPlaces(client, [location]);
      await wishCalls(root, client, [{ service_location: location }]);
      return { device: body.equipment };
    },
    wakes: [CALL_DEVICE],
  });

  app.post(
    "/api/calls/wifi",
    {
      config: { access: "agent" },
      schema: {
        tags: ["calls"],
        summary: "Changes the WiFi of a place",
        description:
          "Its name, its password or both, on the router that stands there: one that is online is called at once, any other takes it when it informs next. The password is kept by " +
          "ERPNext, and here encrypted. 409 `device_not_in_use`; 422 for a name beyond 32 bytes, or a password that WPA2 does not take.",
        body: wifiRequest,
        response: { 200: callAnswer, 403: problem, 404: problem, 409: problem, 422: problem, 503: problem },
      },
    },
    async (request) => {
      const { id, ...body } = request.body;
      await requireRights(root, request, { doctype: "Service Equipment", name: body.equipment, writes: ["Service Equipment"] });
      return change({ id, asked_by: request.staff?.user ?? "", body });
    },
  );
}
