/** A dead ONT or router is replaced: in one unit of work the old one goes, the new one is told what it was told, and the port's holder changes. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { callAnswer } from "@gigafibre/contracts/calls";
import type { PortActivation } from "@gigafibre/contracts/devices";
import { fieldProblemOf, problem } from "@gigafibre/contracts/problems";
import { swapRequest } from "@gigafibre/contracts/swap";
import type { SwapRequest } from "@gigafibre/contracts/swap";
import type { Step, StepValues } from "@gigafibre/contracts/unit-of-work";
import { textOf } from "../../erpnext-document.ts";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import type { CallWork } from "../calls/calls.ts";
import { requireRights } from "../calls/rights.ts";
import { CALL_DEVICE, wishCalls } from "../devices/call-job.ts";
import { dropPlaces } from "../devices/cache.ts";
import { equipmentByIdentity, readPlaces } from "../devices/facts.ts";
import type { EquipmentFacts } from "../devices/facts.ts";
import { escapeHtml } from "../messages/escape-html.ts";
import { oltTask } from "../orders/tasks.ts";
import { manual, OLT_COMMAND } from "../ports/activation/driver.ts";
import { noteRequest, requestsOf } from "../ports/activation/repository.ts";
import { portOf } from "../ports/activation/request.ts";
import { passOn } from "../ports/ports.ts";

type Body = Omit<SwapRequest, "id">;

interface Plan {
  readonly location: string;
  readonly fibre: string | null;
  readonly old_serials: readonly string[];
  /** What the OLT calls the new ONT; null for anything else. */
  readonly port_serial: string | null;
  readonly request: PortActivation | null;
  readonly job: string;
  readonly technician: string | null;
  readonly device: string | null;
}

/** What follows the place, not the box. */
const FOLLOWS = ["custom_wifi_ssid", "custom_wifi_password", "custom_sip_username", "custom_sip_password", "custom_sip_server", "vlan_internet", "vlan_tv", "vlan_voip"] as const;

export async function swaps(root: FastifyInstance): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const olt = manual(root.config.OLT_COMMAND?.replaceAll("\\n", "\n") ?? OLT_COMMAND);

  /** The old one with its passwords, which go over. @throws Refusal `device_not_in_use` */
  async function oldOne(name: string): Promise<EquipmentFacts> {
    const document = await root.erpnext.get("Service Equipment", name);
    const place = textOf(document, "service_location");
    const [facts] = place ? await readPlaces(root.erpnext, [place]) : [];
    const old = facts?.equipment.find((each) => each.name === name);
    if (!old || !["En attente", "Actif"].includes(old.status)) throw new Refusal("device_not_in_use", { details: { equipment: name } });
    return old;
  }

  /** @throws Refusal for one that stands elsewhere, is defective or of another type */
  function requireFree(holders: readonly EquipmentFacts[], old: EquipmentFacts): EquipmentFacts | null {
    const [holder, another] = holders;
    if (another) throw new Refusal("two_devices", { details: { equipment: holders.map(({ name }) => name) } });
    if (!holder) return null;
    if (holder.equipment_type !== old.equipment_type) throw new Refusal("wrong_device_type", { details: { expected: old.equipment_type, found: holder.equipment_type } });
    if (holder.status === "Défectueux") throw new Refusal("device_defective", { details: { equipment: holder.name } });
    if (holder.status !== "Retourné") throw new Refusal("serial_elsewhere", { details: { equipment: holder.name, here: holder.service_location === old.service_location } });
    return holder;
  }

  async function visitAt(location: string): Promise<ErpnextDocument | null> {
    const jobs = await root.erpnext.list("Dispatch Job", { fields: ["name", "modified", "status", "assigned_to", "project"], filters: [["service_location", "=", location], ["status", "!=", "Cancelled"]], order_by: "creation desc" });
    return jobs.find(({ status }) => status !== "Completed") ?? jobs[0] ?? null;
  }

  const work: CallWork<Body, Plan> = {
    kind: "swap",
    async decide({ body }) {
      const old = await oldOne(body.equipment);
      const numbers = { serial_number: body.serial_number ?? body.gpon_sn, gpon_sn: old.equipment_type === "ONT" ? body.gpon_sn : null, mac_address: body.mac_address };
      const identities = Object.values(numbers).filter((each) => each !== null);
      if (identities.length === 0 || (old.equipment_type === "ONT" && body.gpon_sn === null)) throw Refusal.ofFields([fieldProblemOf(old.equipment_type === "ONT" ? "gpon_sn" : "serial_number", "required")]);
      const same = [old.serial_number, old.gpon_sn, old.mac_address].some((each) => each !== "" && identities.includes(each));
      if (same) throw Refusal.ofFields([fieldProblemOf("serial_number", "invalid")]);
      const holder = requireFree(await equipmentByIdentity(root.erpnext, identities), old);
      const [place, job, subscriptions] = await Promise.all([
        root.erpnext.get("Service Location", old.service_location),
        visitAt(old.service_location),
        root.erpnext.list("Service Subscription", { fields: ["name", "line_profile"], filters: [["service_location", "=", old.service_location], ["service_type", "=", "Internet"], ["status", "in", ["Pending", "Active", "Suspended"]]] }),
      ]);
      if (!place) throw new Refusal("not_found");
      const given = Object.fromEntries(Object.entries({ ...numbers, brand: body.brand, model: body.model }).filter((each): each is [string, string] => typeof each[1] === "string" && each[1] !== ""));
      const sameMaker = body.brand === undefined || body.brand.toLowerCase() === old.brand.toLowerCase();
      const values: StepValues = {
        ...Object.fromEntries(FOLLOWS.filter((field) => old[field] !== "" && old[field] !== 0).map((field) => [field, old[field]])),
        ...(sameMaker && old.device_profile !== "" ? { device_profile: old.device_profile } : {}),
        ...given,
        customer: textOf(place, "customer"),
        service_location: place.name,
      };
      const port = old.equipment_type === "ONT" ? portOf({ ...old, ...given }, place, subscriptions.map((each) => textOf(each, "line_profile")).find(Boolean) ?? "") : [];
      const request = "frame" in port ? { ...port, command: olt.command(port) } : null;
      const named = holder ? holder.name : { $ref: "device.name" };
      const steps: Step[] = [
        { op: "update", doctype: "Service Equipment", name: old.name, values: { status: body.becomes }, expect: { status: old.status, serial_number: old.serial_number, gpon_sn: old.gpon_sn, mac_address: old.mac_address } },
        holder
          ? { op: "update", doctype: "Service Equipment", name: holder.name, values: { ...values, status: "En attente" }, expect: { status: "Retourné" } }
          : { op: "insert", doctype: "Service Equipment", as: "device", values: { ...values, equipment_type: old.equipment_type, status: "En attente" } },
        ...(old.status === "Actif" ? [{ op: "update" as const, doctype: "Service Equipment", name: named, values: { status: "Actif" } }] : []),
        ...(old.equipment_type === "ONT" ? [taskStep(old, place, job, request, given["gpon_sn"] ?? "")] : []),
      ];
      return {
        steps,
        plan: {
          location: place.name,
          fibre: textOf(place, "fibre_id") || null,
          old_serials: [old.gpon_sn, old.serial_number].filter(Boolean),
          port_serial: old.equipment_type === "ONT" ? (given["gpon_sn"] ?? null) : null,
          request,
          job: job?.name ?? "",
          technician: textOf(job, "assigned_to") || null,
          device: holder?.name ?? null,
        },
      };
    },
    async settle(client, _asked, plan, { documents }) {
      const device = plan.device ?? documents.find(({ as }) => as === "device")?.name ?? "";
      const task = documents.find(({ as }) => as === "task")?.name;
      if (plan.port_serial !== null && plan.fibre !== null) await passOn(client, plan.fibre, plan.old_serials, plan.port_serial);
      if (plan.port_serial !== null) {
        await client.query("update activation set port_serial = $2 where location = $1 and port_serial = any($3)", [plan.location, plan.port_serial, plan.old_serials]);
        await client.query("delete from port_activation where location = $1 and state = 'requested'", [plan.location]);
      }
      if (plan.request !== null && task !== undefined) {
        const [known] = await requestsOf(client, { equipment: [device] });
        await noteRequest(client, { equipment: device, location: plan.location, job: plan.job, technician: plan.technician, task, request: plan.request, number: (known?.number ?? 0) + 1 });
      }
      await dropPlaces(client, [plan.location]);
      await wishCalls(root, client, [{ service_location: plan.location }]);
      return { device, ...(task === undefined ? {} : { task }) };
    },
    wakes: [CALL_DEVICE],
  };
  const swap = root.calls.add(work);

  app.post(
    "/api/calls/swap",
    {
      config: { access: "agent" },
      schema: {
        tags: ["calls"],
        summary: "Replaces a device of a place",
        description:
          "The old one becomes `becomes` and is told nothing any more; the new one has its WiFi, line, VLANs and profile; of an ONT the port passes to the new serial, and support is asked to let it " +
          "in under the same number. 409 `serial_elsewhere`, `device_defective`, `device_not_in_use`; 422 for an ONT without its GPON serial.",
        body: swapRequest,
        response: { 200: callAnswer, 403: problem, 404: problem, 409: problem, 422: problem, 503: problem },
      },
    },
    async (request) => {
      const { id, ...body } = request.body;
      await requireRights(root, request, { doctype: "Service Equipment", name: body.equipment, writes: ["Service Equipment"] });
      return swap({ id, asked_by: request.staff?.user ?? "", body });
    },
  );
}

/** Support lets the old one out and the new one in, under the same number. */
function taskStep(old: EquipmentFacts, place: ErpnextDocument, job: ErpnextDocument | null, request: PortActivation | null, gpon_sn: string): Step {
  const at = { frame: textOf(place, "olt_frame"), slot: textOf(place, "olt_slot"), port: textOf(place, "olt_port") };
  const project = textOf(job, "project");
  return {
    op: "insert",
    doctype: "Task",
    as: "task",
    values: {
      subject: oltTask(at),
      status: "Open",
      team: "support",
      ...(project ? { project } : {}),
      description: `<p>Remplacement: ONT ${escapeHtml(textOf(place, "ont_id"))}, ${escapeHtml(old.gpon_sn || old.serial_number)} sort, ${escapeHtml(gpon_sn)} entre.</p>${request ? `<pre>${escapeHtml(request.command)}</pre>` : ""}`,
    },
  };
}
