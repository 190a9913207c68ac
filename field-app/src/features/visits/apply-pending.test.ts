import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkKey, checksFor, missingFor, visitStatus } from "@gigafibre/contracts/visits";
import type { Visit, VisitActionBody, VisitEquipment } from "@gigafibre/contracts/visits";
import { equipmentType } from "@gigafibre/contracts/labels";
import type { PendingAction } from "../outbox/database.ts";
import { applyPending, isWaiting } from "./apply-pending.ts";

const device = (name: string, equipment_type: VisitEquipment["equipment_type"], serial_number: string | null = null): VisitEquipment => ({
  name, equipment_type, status: "En attente", serial_number, mac_address: null, brand: null, online: false, rx_power_dbm: null,
  wifi: equipment_type === "Routeur" ? { ssid: "Maison", password: "secret" } : null,
});
const SERVICES: Visit["services"] = [{ name: "SUB-1", label: "Internet", service_type: "Internet" }, { name: "SUB-2", label: "TV", service_type: "TV" }];
const VISIT: Visit = {
  name: "DJ-1", modified: "2026-04-07 08:00:00", job_type: "Installation", status: "Scheduled", order_id: "ORD-1", date: "2026-04-07", starts_at: "09:30", ends_at: "11:30",
  customer: { name: "CUST-1", title: "Rose Tremblay", phone: null, language: "fr" },
  place: { name: "LOC-1", address: "1 rue A", city: "Hemingford", postal_code: "J0L 1H0", latitude: null, longitude: null, olt_name: "OLT-1", olt_port: "0/1/2", ont_id: "3", status: "Pending Install" },
  services: SERVICES, equipment: [device("EQ-1", "ONT"), device("EQ-2", "Routeur"), device("EQ-3", "Décodeur TV"), device("EQ-4", "Décodeur TV")],
  checks: checksFor("Installation", SERVICES), notes: "Chien gentil", history: [], photos: [], signed: false, port_activation: null, payment: null,
};

const serials = fc.constantFrom("RCMG19A00001", "RCMG19A00002", "SN-ROUTER-1", "STB-000001", "STB-000002");
const bodies: fc.Arbitrary<VisitActionBody> = fc.oneof(
  fc.constant<VisitActionBody>({ kind: "set_out", arrives_at: null, position: null }),
  fc.constant<VisitActionBody>({ kind: "start" }),
  fc.record({ kind: fc.constant("check" as const), key: fc.constantFrom(...checkKey.options), done: fc.boolean(), value: fc.option(fc.constantFrom("-19.5", "150")) }),
  fc.constantFrom("Porte arrière", "Échelle requise").map((text): VisitActionBody => ({ kind: "note", text })),
  fc.record({ equipment_type: fc.constantFrom(...equipmentType.options), serial_number: serials, equipment: fc.option(fc.constantFrom("EQ-1", "EQ-2", "EQ-3", "EQ-4")) }).map(
    ({ equipment, ...label }): VisitActionBody => ({ kind: "scan", equipment, codes: [], label: { ...label, gpon_sn: null, mac_address: null, brand: null } }),
  ),
  fc.constantFrom<VisitActionBody>({ kind: "sign_off", sign_off: { name: "Rose", signature: "data:image/png;base64," } }, { kind: "sign_off", sign_off: { without_signature: "Partie travailler" } }),
  fc.uuid().map((photo): VisitActionBody => ({ kind: "photo", photo, caption: "", type: "image/jpeg", size: 1, sha256: "0".repeat(64), thumbnail: "data:image/" })),
  fc.constant<VisitActionBody>({ kind: "complete", left_out: [] }),
);
const states = fc.constantFrom<Pick<PendingAction, "state" | "outcome">>(
  { state: "waiting", outcome: null }, { state: "sending", outcome: null }, { state: "refused", outcome: null }, { state: "done", outcome: "applied" }, { state: "done", outcome: "kept_for_dispatch" },
);
const rows = fc.array(fc.record({ id: fc.uuid(), action: bodies, how: states, job: fc.constantFrom("DJ-1", "DJ-1", "DJ-1", "DJ-2") }), { maxLength: 25 }).map((made) =>
  made.map(({ id, action, how, job }, index): PendingAction => ({
    id, action, job, ...how, user: "tech1", sequence: index + 1, version: 1, after: null, made_at: "2026-04-07T12:00:00Z", reason: null, tries: 0, next_try_at: null, done_at: null, photo: null, seen: false,
  })),
);
const waiting = (action: VisitActionBody, sequence = 1): PendingAction => ({
  id: crypto.randomUUID(), action, job: "DJ-1", state: "waiting", outcome: null, user: "tech1", sequence, version: 1, after: null, made_at: "2026-04-07T12:00:00Z", reason: null, tries: 0,
  next_try_at: null, done_at: null, photo: null, seen: false,
});
const scan = (equipment_type: VisitEquipment["equipment_type"], serial_number: string, equipment: string | null = null): VisitActionBody => ({
  kind: "scan", equipment, codes: [], label: { equipment_type, serial_number, gpon_sn: null, mac_address: null, brand: null },
});

describe("a visit with what the phone still holds", () => {
  it("is the same however the rows are ordered, and the bundle is left as it was", () => {
    fc.assert(fc.property(rows, (actions) => {
      const before = structuredClone(VISIT);
      expect(applyPending(VISIT, actions.toReversed())).toEqual(applyPending(VISIT, actions));
      expect(VISIT).toEqual(before);
    }));
  });

  it("counts neither what was refused, nor what dispatch has, nor what was done elsewhere", () => {
    fc.assert(fc.property(rows, (actions) => {
      const counting = actions.filter(({ job, state, outcome }) => job === "DJ-1" && state !== "refused" && outcome !== "kept_for_dispatch");
      expect(applyPending(VISIT, actions)).toEqual(applyPending(VISIT, counting));
    }));
  });

  it("goes forward only, and loses no device, photo, check or line of its notes", () => {
    fc.assert(fc.property(rows, fc.constantFrom(...visitStatus.options), (actions, status) => {
      const from = { ...VISIT, status };
      const now = applyPending(from, actions);
      const order = visitStatus.options;
      expect(status === "Cancelled" ? now.status === "Cancelled" : order.indexOf(now.status) >= order.indexOf(status) && now.status !== "Cancelled").toBe(true);
      expect(now.equipment.map(({ name }) => name)).toEqual(expect.arrayContaining(VISIT.equipment.map(({ name }) => name)));
      expect(now.checks.map(({ key }) => key)).toEqual(VISIT.checks.map(({ key }) => key));
      expect(now.notes.startsWith(VISIT.notes)).toBe(true);
      expect(missingFor(now).every((missing) => missing.what !== "scan" || VISIT.equipment.some(({ name }) => name === missing.equipment))).toBe(true);
    }));
  });

  it("has each serial once", () => {
    fc.assert(fc.property(rows, (actions) => {
      const found = applyPending(VISIT, actions).equipment.flatMap(({ serial_number }) => serial_number ?? []);
      expect(new Set(found).size).toBe(found.length);
    }));
  });

  it("changes nothing more once the hub's own bundle has it all", () => {
    fc.assert(fc.property(rows, (actions) => {
      const last = new Map<string, PendingAction>();
      // Of a check and of one place for a device only the last word stands in a bundle.
      for (const row of actions) if (row.action.kind !== "scan") last.set(row.action.kind === "check" ? row.action.key : row.action.kind === "photo" ? row.id : JSON.stringify(row.action), row);
      const once = applyPending(VISIT, [...last.values()]);
      expect(applyPending(once, [...last.values()])).toEqual(once);
    }));
  });

  it("fills the template that was chosen, else the first of its type that waits, else stands beside them", () => {
    const now = applyPending(VISIT, [waiting(scan("Décodeur TV", "STB-1", "EQ-4"), 1), waiting(scan("Décodeur TV", "STB-2"), 2), waiting(scan("Décodeur TV", "STB-3"), 3)]);
    const boxes = now.equipment.filter(({ equipment_type }) => equipment_type === "Décodeur TV");
    expect(boxes.map(({ serial_number }) => serial_number)).toEqual(["STB-2", "STB-1", "STB-3"]);
    expect(now.equipment.filter(isWaiting).map(({ name }) => name)).toEqual(["EQ-1", "EQ-2"]);
  });

  it("shows no password of its WiFi once it is over", () => {
    expect(applyPending(VISIT, [waiting({ kind: "start" })]).equipment[1]?.wifi).not.toBeNull();
    expect(applyPending(VISIT, [waiting({ kind: "complete", left_out: [] })]).equipment.every(({ wifi }) => wifi === null)).toBe(true);
  });
});
