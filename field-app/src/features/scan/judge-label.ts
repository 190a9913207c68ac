/** What a scanned label means here: the device, or what is wrong with it as far as the phone can know without a network. */
import { readLabel } from "@gigafibre/contracts/labels";
import type { EquipmentType, ScannedLabel } from "@gigafibre/contracts/labels";
import type { Bilingual } from "@gigafibre/contracts/language";
import { REASONS } from "@gigafibre/contracts/problems";
import type { KnownDevice } from "../days/known-devices.ts";
import { equipmentNames } from "../visits/equipment-names.ts";

export type TypedLabel = ScannedLabel & { readonly equipment_type: EquipmentType };

export type LabelVerdict =
  | { readonly kind: "device"; readonly label: TypedLabel; readonly codes: string[] }
  /** Its codes do not say what it is: the person does. */
  | { readonly kind: "which_type"; readonly label: ScannedLabel; readonly codes: string[] }
  | { readonly kind: "refused"; readonly reason: "unreadable_label" | "two_devices" | "wrong_device_type" | "serial_elsewhere"; readonly said: Bilingual; readonly codes: string[] };

/** What goes along with the scan (contracts/src/visits.ts). */
const CODES = 12;
const CODE_LENGTH = 500;

export function judgeLabel(read: readonly string[], { accept, known }: { accept: EquipmentType | null; known: readonly KnownDevice[] }): LabelVerdict {
  const codes = read.filter(({ length }) => length <= CODE_LENGTH).slice(0, CODES);
  const reading = readLabel(read);
  if (!reading.ok) return { kind: "refused", reason: reading.reason, said: REASONS[reading.reason].message, codes };
  const { label } = reading;
  const type = label.equipment_type;
  if (accept !== null && type !== null && type !== accept) return { kind: "refused", reason: "wrong_device_type", said: wrongType(type, accept), codes };
  const holder = known.find((device) => isSame(device, label));
  if (holder) return { kind: "refused", reason: "serial_elsewhere", said: elsewhere(holder), codes };
  const equipment_type = type ?? accept;
  if (equipment_type === null) return { kind: "which_type", label, codes };
  return { kind: "device", label: { ...label, equipment_type }, codes };
}

/** What was typed: a serial of figures only is one where a person says so. */
export function judgeTyped(typed: string, expected: Parameters<typeof judgeLabel>[1]): LabelVerdict {
  const verdict = judgeLabel([typed], expected);
  const figures = /^\d{6,32}$/.test(typed.trim());
  return verdict.kind === "refused" && verdict.reason === "unreadable_label" && figures ? judgeLabel([`SN:${typed.trim()}`], expected) : verdict;
}

function isSame({ serial_number, mac_address }: KnownDevice, label: ScannedLabel): boolean {
  return (serial_number !== null && (serial_number === label.serial_number || serial_number === label.gpon_sn)) || (mac_address !== null && mac_address === label.mac_address);
}

const wrongType = (found: EquipmentType, wanted: EquipmentType): Bilingual => ({
  fr: `C'est l'étiquette d'un appareil de type ${equipmentNames.fr[found]}; il faut: ${equipmentNames.fr[wanted]}. Rien n'a été inscrit; numérisez le bon appareil.`,
  en: `This is the label of a device of type ${equipmentNames.en[found]}; wanted: ${equipmentNames.en[wanted]}. Nothing was recorded; scan the right device.`,
});

const elsewhere = ({ place }: KnownDevice): Bilingual => ({
  fr: `Cet appareil est déjà inscrit ailleurs: ${place}. Rien n'a été inscrit ici; prenez-en un autre, ou appelez la répartition.`,
  en: `This device already stands elsewhere: ${place}. Nothing was recorded here; take another, or call dispatch.`,
});
