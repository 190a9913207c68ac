/** What only the phone can know, said as the hub says its own reasons; and what a person can do about each. */
import type { Bilingual } from "@gigafibre/contracts/language";
import type { VisitActionBody } from "@gigafibre/contracts/visits";
import type { PendingAction, Reason } from "./database.ts";

const OURS = {
  network_lost: {
    fr: "Pas de réseau. L'action est gardée dans l'appareil et partira d'elle-même.",
    en: "No network. The action is kept on the device and will go out by itself.",
  },
  unexpected_answer: {
    fr: "Ce réseau ne mène pas à nos serveurs (page d'accueil d'un WiFi?). L'action est gardée et sera renvoyée.",
    en: "This network does not lead to our servers (a WiFi's welcome page?). The action is kept and will be sent again.",
  },
  photo_lost: {
    fr: "Le fichier de cette photo n'est plus lisible dans l'appareil. Sa vignette est gardée; reprenez la photo.",
    en: "This photo's file can no longer be read on the device. Its thumbnail is kept; take the photo again.",
  },
  photo_unusable: {
    fr: "Cette photo est vide, trop grande ou d'un format inconnu. Elle n'a pas été gardée; reprenez-la.",
    en: "This photo is empty, too large or of an unknown format. It was not kept; take it again.",
  },
  photo_mismatch: {
    fr: "Le serveur ne reconnaît pas le fichier de cette photo. Il reste dans l'appareil; réessayez, ou reprenez la photo.",
    en: "The server does not recognise this photo's file. It stays on the device; try again, or take the photo again.",
  },
  storage_full: {
    fr: "La mémoire de l'appareil est pleine: ceci n'a pas été gardé. Libérez de l'espace, puis refaites-le. Ce qui attendait déjà est intact.",
    en: "The device's storage is full: this was not kept. Free some space, then do it again. What was already waiting is intact.",
  },
  storage_failed: {
    fr: "L'appareil n'a pas pu garder ceci. Fermez l'application, rouvrez-la, puis refaites-le. Ce qui attendait déjà est intact.",
    en: "The device could not keep this. Close the app, open it again, then redo it. What was already waiting is intact.",
  },
  may_have_arrived: {
    fr: "Cette action est peut-être déjà arrivée: elle ne peut plus être changée avant la réponse. Elle est gardée et sera renvoyée.",
    en: "This action may have arrived already: it cannot be changed before the answer. It is kept and will be sent again.",
  },
  gone: { fr: "Cette action n'est plus dans l'appareil.", en: "This action is no longer on the device." },
} as const satisfies Record<string, Bilingual>;

export const ours = (name: keyof typeof OURS): Reason => ({ name, ...OURS[name] });

/** What was asked of the outbox could not be done; `reason` says why, what was kept and what to do. */
export class OutboxRefusal extends Error {
  readonly reason: Reason;

  constructor(reason: Reason, cause?: unknown) {
    super(reason.name, { cause });
    this.name = "OutboxRefusal";
    this.reason = reason;
  }
}

/** Whatever IndexedDB threw, in words. A full disk may come wrapped in the failed transaction. */
export function storageRefusal(thrown: unknown): OutboxRefusal {
  if (thrown instanceof OutboxRefusal) return thrown;
  return new OutboxRefusal(ours(isQuota(thrown) ? "storage_full" : "storage_failed"), thrown);
}

function isQuota(thrown: unknown): boolean {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 4; depth++) {
    if (error.name === "QuotaExceededError") return true;
    error = "inner" in error ? error.inner : error.cause;
  }
  return false;
}

export type Remedy = "retry" | "edit" | "discard";

/** Reasons that sending the same again cannot mend. */
const FINAL: ReadonlySet<string> = new Set(["unreadable_label", "two_devices", "wrong_device_type", "invalid_request", "malformed_body", "body_too_large", "action_id_reused", "photo_lost"]);
const EDITABLE: ReadonlySet<VisitActionBody["kind"]> = new Set(["scan", "check", "note", "sign_off", "payment", "complete"]);

/** What a person can do about an action of theirs, the most likely first. */
export function remediesOf({ state, outcome, reason, action, tries, photo }: PendingAction): Remedy[] {
  if (state === "done") {
    if (photo === "refused") return reason && FINAL.has(reason.name) ? ["discard"] : ["retry", "discard"];
    return outcome === "kept_for_dispatch" && photo !== "waiting" ? ["discard"] : [];
  }
  if (state === "sending" || (state === "waiting" && tries > 0)) return state === "waiting" ? ["retry"] : [];
  const edit = EDITABLE.has(action.kind) ? (["edit"] as const) : [];
  if (state === "waiting") return ["retry", ...edit, "discard"];
  return reason && FINAL.has(reason.name) ? [...edit, "discard"] : ["retry", ...edit, "discard"];
}
