import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gponFromHex, gponToHex, readLabel } from "./labels.ts";

const hex = (digits: number) => fc.stringMatching(new RegExp(`^[0-9A-F]{${digits}}$`));
const gpon = fc.tuple(fc.constantFrom("RCMG", "TPLG"), hex(8)).map(([vendor, number]) => vendor + number);
const label = (...codes: string[]) => {
  const reading = readLabel(codes);
  if (!reading.ok) throw new Error(reading.reason);
  return reading.label;
};

describe("labels", () => {
  it("reads an ONT's serial however it is printed", () => {
    fc.assert(
      fc.property(
        gpon,
        fc.constantFrom(
          (serial: string) => serial,
          (serial: string) => serial.toLowerCase(),
          (serial: string) => `${serial.slice(0, 4)}-${serial.slice(4)}`,
          (serial: string) => `S/N: ${serial}`,
          (serial: string) => `GPON SN:${serial}`,
          (serial: string) => ` ${gponToHex(serial)}\r\n`,
        ),
        (serial, print) => {
          expect(label(print(serial))).toMatchObject({ equipment_type: "ONT", gpon_sn: serial, serial_number: serial });
        },
      ),
    );
  });

  it("turns a GPON serial into hex and back", () => {
    fc.assert(
      fc.property(gpon, (serial) => {
        expect(gponFromHex(gponToHex(serial))).toBe(serial);
      }),
    );
    expect(gponToHex("RCMG19A01234")).toBe("52434D4719A01234");
    expect(gponFromHex("0000000019A01234")).toBeUndefined();
  });

  it("knows a Deco and a TV box by their MAC address, with any separators", () => {
    expect(label("40-3f-8c-11-22-33")).toMatchObject({ equipment_type: "Routeur", mac_address: "403F8C112233", brand: "TP-Link", serial_number: null });
    expect(label("MAC: 00:1A:79:12:34:56")).toMatchObject({ equipment_type: "Décodeur TV", mac_address: "001A79123456" });
    expect(label("403F8C112233")).toMatchObject({ equipment_type: "Routeur" });
  });

  it("does not guess what a device is from a maker it does not know", () => {
    expect(label("AC:DE:48:00:11:22")).toMatchObject({ equipment_type: null, mac_address: "ACDE48001122" });
    expect(label("SN: 2231234567890")).toMatchObject({ equipment_type: null, serial_number: "2231234567890" });
  });

  it("puts the codes of one label together, in one code or in several", () => {
    const whole = { equipment_type: "ONT", gpon_sn: "RCMG19A01234", mac_address: "C8F742AABBCC", serial_number: "HT803GW00112233", brand: "Raisecom" };
    expect(label("RCMG19A01234", "HT803GW00112233", "C8:F7:42:AA:BB:CC")).toEqual(whole);
    expect(label("SN:HT803GW00112233;GPON SN:RCMG19A01234;MAC:C8F742AABBCC")).toEqual(whole);
    expect(label("https://tplinkdeco.net", "WIFI:S:Deco;T:WPA;P:12345678;;", "403F8C112233").mac_address).toBe("403F8C112233");
  });

  it("takes the first of a device's own MAC addresses, and tells two devices apart", () => {
    expect(label("403F8C112234", "403F8C112233").mac_address).toBe("403F8C112233");
    expect(readLabel(["403F8C112233", "403F8CAA2233"])).toMatchObject({ ok: false, reason: "two_devices" });
    expect(readLabel(["RCMG19A01234", "RCMG19A01235"])).toMatchObject({ ok: false, reason: "two_devices" });
  });

  it("says so when nothing on the label names a device", () => {
    for (const codes of [[], ["https://example.ca"], ["5901234123457"], ["???"]]) {
      expect(readLabel(codes)).toMatchObject({ ok: false, reason: "unreadable_label" });
    }
  });

  it("never throws, and answers the same whatever the order of the codes", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(gpon, hex(12), fc.string(), hex(16)), { maxLength: 4 }), (codes) => {
        const [one, other] = [readLabel(codes), readLabel([...codes].reverse())];
        expect(one.ok).toBe(other.ok);
      }),
    );
  });
});
