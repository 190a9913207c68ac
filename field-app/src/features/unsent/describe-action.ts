/** An action in a person's words. */
import type { Language } from "@gigafibre/contracts/language";
import { formatMoney } from "@gigafibre/contracts/format-money";
import { checkLabels } from "@gigafibre/contracts/visits";
import type { VisitActionBody } from "@gigafibre/contracts/visits";
import { equipmentNames } from "../visits/equipment-names.ts";
import { texts } from "./texts.ts";

export function describeAction(action: VisitActionBody, language: Language): string {
  const { did } = texts[language];
  switch (action.kind) {
    case "set_out":
    case "start":
    case "complete":
      return did[action.kind];
    case "scan":
      return did.scan(equipmentNames[language][action.label.equipment_type], action.label.serial_number ?? action.label.gpon_sn ?? action.label.mac_address ?? "");
    case "check":
      return did.check(checkLabels(action.key)[language], action.done, action.value);
    case "note":
      return did.note(action.text);
    case "photo":
      return did.photo(action.caption);
    case "sign_off":
      return "signature" in action.sign_off ? did.signed(action.sign_off.name) : did.without_signature(action.sign_off.without_signature);
    case "payment":
      return did.payment(formatMoney(action.amount_cents, language), action.method === "cheque");
  }
}
