import { describe, expect, it } from "vitest";
import { checksFor, missingFor, missingId, visitAction, visitActionBody } from "./visits.ts";
import type { VisitEquipment } from "./visits.ts";

const equipment = (name: string, equipment_type: VisitEquipment["equipment_type"], serial_number: string | null): VisitEquipment => ({
  name, equipment_type, status: "En attente", serial_number, mac_address: null, brand: null, online: false, rx_power_dbm: null, wifi: null,
});
const keys = (...services: ("Internet" | "TV" | "Phone")[]) => checksFor("Installation", services.map((service_type) => ({ service_type }))).map(({ key }) => key);

describe("visits", () => {
  it("asks to check what is sold at the place, and the signal always", () => {
    expect(keys("Internet")).toEqual(["ont_signal_dbm", "wifi_24ghz", "wifi_5ghz", "speed_down_mbps", "speed_up_mbps"]);
    expect(keys("Internet", "TV", "Phone")).toEqual(expect.arrayContaining(["tv_channels", "dial_tone", "emergency_call"]));
    expect(keys("Phone")).not.toContain("wifi_5ghz");
    expect(checksFor("Retrieval", [{ service_type: "Internet" }]).map(({ key }) => key)).toEqual(["device_removed"]);
  });

  it("holds a completion back for each scan, check and signature that is missing, and for nothing else", () => {
    const checks = checksFor("Installation", [{ service_type: "Phone" }]);
    const devices = [equipment("EQ-1", "ONT", null), equipment("EQ-2", "Routeur", "X1234"), equipment("EQ-3", "Téléphone IP", null)];
    expect(missingFor({ job_type: "Installation", equipment: devices, checks, signed: false }).map(missingId)).toEqual([
      "scan:EQ-1", "check:ont_signal_dbm", "check:dial_tone", "check:emergency_call", "signature",
    ]);
    const done = checks.map((each) => ({ ...each, done: true }));
    expect(missingFor({ job_type: "Installation", equipment: [equipment("EQ-1", "ONT", "RCMG19A01234")], checks: done, signed: true })).toEqual([]);
  });

  it("takes every action as version 1 wrote it: phones hold what they did for 90 days", () => {
    // As they stand on phones: nothing here is ever changed. Another shape is another version, beside this one.
    const label = { equipment_type: "ONT", serial_number: "HT803GW00112233", gpon_sn: "RCMG19A01234", mac_address: "C8F742AABBCC", brand: "Raisecom" };
    const bodies: object[] = [
      { kind: "set_out", arrives_at: "2026-04-07T14:20:00.000Z", position: { latitude: 45.05, longitude: -73.95, accuracy_m: 12 } },
      { kind: "set_out", arrives_at: null, position: null },
      { kind: "start" },
      { kind: "scan", label, equipment: "EQ-0001", codes: ["RCMG19A01234", "HT803GW00112233"] },
      { kind: "check", key: "ont_signal_dbm", done: true, value: "-19.5" },
      { kind: "check", key: "device_removed", done: false, value: null },
      { kind: "note", text: "Chien dans la cour" },
      { kind: "photo", photo: "0d9a4a9e-58e0-4e0c-9d2b-0a4b8f0f6c11", caption: "Boîtier", type: "image/jpeg", size: 204_800, sha256: "0".repeat(64), thumbnail: "data:image/jpeg;base64,AAAA" },
      { kind: "sign_off", sign_off: { name: "Rose Tremblay", signature: "data:image/png;base64,AAAA" } },
      { kind: "sign_off", sign_off: { without_signature: "Partie travailler" } },
      { kind: "payment", method: "cash", amount_cents: 9_995, reference: "" },
      { kind: "payment", method: "cheque", amount_cents: 2_000, reference: "0417" },
      { kind: "complete", left_out: [{ what: "scan:EQ-0002", reason: "Pas livré" }] },
    ];
    for (const action of bodies) {
      const sent = { id: "7b0c7a52-3f5f-4c77-9a1c-0d6a4a1f3c11", version: 1, sequence: 1, job: "JOB-1", after: null, made_at: "2026-04-07T14:00:00.000Z", sent_at: "2026-07-06T14:00:00.000Z", action };
      expect(visitAction.safeParse(sent).error?.issues).toBeUndefined();
    }
    expect(new Set(bodies.map((body) => (body as { kind: string }).kind))).toEqual(new Set(visitActionBody.options.map(({ shape }) => shape.kind.value)));
  });

  it("refuses an action with a field it does not know: a phone must not believe that something was kept", () => {
    const action = { id: "7b0c7a52-3f5f-4c77-9a1c-0d6a4a1f3c11", version: 1, sequence: 1, job: "JOB-1", after: null, made_at: "2026-04-07T14:00:00Z", sent_at: "2026-04-07T14:00:05Z", action: { kind: "start" } };
    expect(visitAction.safeParse(action).success).toBe(true);
    expect(visitAction.safeParse({ ...action, action: { kind: "start", note: "x" } }).success).toBe(false);
    expect(visitAction.safeParse({ ...action, action: { kind: "sign_off", sign_off: { without_signature: "" } } }).success).toBe(false);
  });
});
