/** What a scanned label writes: it fills the template that waits, brings a returned device back, or makes a device of its own. */
import { readLabel } from "@gigafibre/contracts/labels";
import type { Step, StepValues } from "@gigafibre/contracts/unit-of-work";
import type { VisitActionBody } from "@gigafibre/contracts/visits";
import { textOf } from "../../erpnext-document.ts";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { drawWifiName, drawWifiPassword } from "../orders/wifi-names.ts";
import type { Frozen } from "./repository.ts";
import { isEmpty, rowsOf } from "./visit-facts.ts";
import type { Device } from "./visit-facts.ts";

export type Scan = Extract<VisitActionBody, { kind: "scan" }>;

const NUMBERS = ["serial_number", "gpon_sn", "mac_address"] as const;

/** The numbers on the label, as ERPNext keeps them. @throws Refusal for a label that names no device, two, or one of another type */
export function numbersOf({ label, codes }: Scan): Readonly<Record<(typeof NUMBERS)[number], string | null>> {
  const reading = codes.length > 0 ? readLabel(codes) : undefined;
  if (reading?.ok === false && reading.reason === "two_devices") throw new Refusal("two_devices", { details: { codes } });
  const read = reading?.ok ? reading.label.equipment_type : null;
  if ((read !== null && read !== label.equipment_type) || (label.gpon_sn !== null && label.equipment_type !== "ONT")) {
    throw new Refusal("wrong_device_type", { details: { expected: label.equipment_type, found: read ?? "ONT" } });
  }
  const serial_number = (label.serial_number ?? label.gpon_sn)?.trim().toUpperCase() ?? null;
  if (serial_number === null && label.mac_address === null) throw new Refusal("unreadable_label", { details: { codes } });
  return { serial_number, gpon_sn: label.gpon_sn, mac_address: label.mac_address };
}

/** What a model is told, by whom it is made. */
export interface Profile extends ErpnextDocument {
  readonly brand: string | null;
  readonly oui: string | null;
}

/** The one profile that the label speaks for: of its MAC address's maker, or the only one of its brand. */
export function profileOf({ mac_address, brand }: Scan["label"], profiles: readonly Profile[]): string | undefined {
  const byMaker = mac_address === null ? [] : profiles.filter((profile) => textOf(profile, "oui") !== "" && mac_address.startsWith(textOf(profile, "oui")));
  const fitting = byMaker.length > 0 || brand === null ? byMaker : profiles.filter((profile) => textOf(profile, "brand").toLowerCase() === brand.toLowerCase());
  return fitting.length === 1 ? fitting[0]?.name : undefined;
}

/**
 * @param here what stands at the visit's place or waits there
 * @param holders every device, anywhere, that carries one of the label's numbers
 * @throws Refusal
 */
export function scanSteps(job: ErpnextDocument, scan: Scan, here: readonly Device[], holders: readonly Device[], profiles: readonly Profile[] = []): Frozen {
  const numbers = numbersOf(scan);
  const { equipment_type } = scan.label;
  const values: StepValues = Object.fromEntries([...Object.entries(numbers), ["brand", scan.label.brand]].filter((entry): entry is [string, string] => entry[1] !== null));
  const target = targetOf(scan, here, numbers);
  const profile = profileOf(scan.label, profiles);
  const told = (device: Device | undefined): StepValues => (profile !== undefined && textOf(device ?? null, "device_profile") === "" ? { ...values, device_profile: profile } : values);
  const [holder, another] = holders;
  if (another) throw new Refusal("two_devices", { details: { equipment: holders.map(({ name }) => name) } });
  if (!holder) return { by: "technician", steps: target ? [fill(target, told(target))] : create(job, equipment_type, told(undefined)) };
  if (holder.equipment_type !== equipment_type) throw new Refusal("wrong_device_type", { details: { expected: equipment_type, found: holder.equipment_type } });
  if (holder.status === "Défectueux") throw new Refusal("device_defective", { details: { equipment: holder.name } });
  if (here.some(({ name }) => name === holder.name)) {
    if (scan.equipment !== null && scan.equipment !== holder.name) throw new Refusal("serial_elsewhere", { details: { equipment: holder.name, here: true } });
    return { by: "technician", steps: [fill(holder, told(holder))] };
  }
  if (holder.status !== "Retourné") throw new Refusal("serial_elsewhere", { details: { equipment: holder.name, here: false } });
  // It stands at nobody's visit, so a technician cannot see it: the hub writes this one.
  return { by: "hub", steps: bringBack(job, holder, target, told(holder)) };
}

/** The template that the technician chose, or the first that waits. */
function targetOf({ equipment, label }: Scan, here: readonly Device[], numbers: ReturnType<typeof numbersOf>): Device | undefined {
  if (equipment === null) return here.find((device) => device.equipment_type === label.equipment_type && device.status === "En attente" && isEmpty(device));
  const chosen = here.find(({ name }) => name === equipment);
  if (!chosen) throw new Refusal("device_not_waiting", { details: { equipment } });
  if (chosen.equipment_type !== label.equipment_type) throw new Refusal("wrong_device_type", { details: { expected: chosen.equipment_type, found: label.equipment_type } });
  const differs = NUMBERS.some((field) => numbers[field] !== null && textOf(chosen, field) !== "" && textOf(chosen, field) !== numbers[field]);
  if (differs) throw new Refusal("device_not_waiting", { details: { equipment } });
  return chosen;
}

const fill = (device: Device, values: StepValues): Step => ({
  op: "update", doctype: "Service Equipment", name: device.name, values, expect: Object.fromEntries([...NUMBERS, "status", "service_location"].map((field) => [field, textOf(device, field)])),
});

function listStep(job: ErpnextDocument, added: StepValues[string], replaced?: string): Step {
  const rows = rowsOf(job, "equipment_list").map((row) => textOf(row, "service_equipment")).filter((name) => name !== replaced && name !== added);
  return {
    op: "update", doctype: "Dispatch Job", name: job.name, values: { equipment_list: [...rows, added].map((service_equipment) => ({ service_equipment })) }, expect: { modified: job.modified },
  };
}

const create = (job: ErpnextDocument, equipment_type: string, values: StepValues): Step[] => [
  {
    op: "insert", doctype: "Service Equipment", as: "device",
    values: { customer: textOf(job, "customer"), service_location: textOf(job, "service_location"), equipment_type, status: "En attente", ...values },
  },
  listStep(job, { $ref: "device.name" }),
];

/** The returned device's own document comes to this place, and the template that waited for it is put away. */
function bringBack(job: ErpnextDocument, device: Device, template: Device | undefined, values: StepValues): Step[] {
  // What it was called at its last place is nobody's here.
  const wifi: StepValues = device.equipment_type === "Routeur" ? { custom_wifi_ssid: textOf(template ?? {}, "custom_wifi_ssid") || drawWifiName(), custom_wifi_password: drawWifiPassword() } : {};
  // Nor is its line: support enters this place's, as the project's task says.
  const line: StepValues = device.equipment_type === "Téléphone IP" ? { custom_sip_username: textOf(template ?? {}, "custom_sip_username"), custom_sip_password: "", custom_sip_server: "" } : {};
  return [
    { op: "expect", doctype: "Dispatch Job", filters: { name: job.name, assigned_to: textOf(job, "assigned_to"), status: textOf(job, "status") }, count: 1 },
    {
      op: "update", doctype: "Service Equipment", name: device.name, expect: { status: "Retourné" },
      values: { customer: textOf(job, "customer"), service_location: textOf(job, "service_location"), status: "En attente", ...values, ...wifi, ...line },
    },
    ...(template && isEmpty(template) ? [{ op: "update" as const, doctype: "Service Equipment", name: template.name, values: { status: "Retourné" }, expect: { status: "En attente" } }] : []),
    listStep(job, device.name, template && isEmpty(template) ? template.name : undefined),
  ];
}
