import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import fc from "fast-check";
import { prepareZXingModule } from "zxing-wasm/reader";
import { beforeAll, describe, expect, it } from "vitest";
import { labelPicture, rgbaOf } from "@gigafibre/fixtures/labels/picture";
import type { PrintedCode, Taken } from "@gigafibre/fixtures/labels/picture";
import type { KnownDevice } from "../days/known-devices.ts";
import { judgeLabel, judgeTyped } from "./judge-label.ts";
import { Sighting } from "./sighting.ts";
import { readCodes } from "./zxing.ts";

const ONT: readonly PrintedCode[] = [{ format: "code128", text: "RCMG19A01234" }, { format: "code39", text: "HT803GW00112233" }, { format: "code128", text: "C8F742AABBCC" }];
const DECO: readonly PrintedCode[] = [{ format: "code128", text: "403F8C112233" }, { format: "qrcode", text: "https://tplinkdeco.net" }];
const BOX: readonly PrintedCode[] = [{ format: "datamatrix", text: "S/N:SI1234567890;STB MAC:00:1A:79:12:34:56" }];
const read = (codes: readonly PrintedCode[], taken: Taken, effort: "glance" | "thorough" = "thorough") => readCodes(rgbaOf(labelPicture(codes, taken)), effort);
const nothing = { accept: null, known: [] };

describe("a label", () => {
  beforeAll(async () => {
    const wasm = await readFile(createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm"));
    await prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(wasm).buffer }, fireImmediately: true });
  }, 60_000);

  it.each([
    ["straight", { module: 2 }],
    ["a little crooked", { module: 3, turned: 3 }],
    ["on its side", { module: 2, turned: 90 }],
    ["upside down in the shade", { module: 3, turned: 181, shade: 0.6 }],
    ["grainy", { module: 3, noise: 15 }],
    ["out of focus", { module: 4, blur: 1, noise: 8 }],
  ])("of an ONT is read with all its codes, held %s", async (_how, taken) => {
    const verdict = judgeLabel(await read(ONT, taken), nothing);
    expect(verdict).toMatchObject({
      kind: "device", label: { equipment_type: "ONT", gpon_sn: "RCMG19A01234", serial_number: "HT803GW00112233", mac_address: "C8F742AABBCC", brand: "Raisecom" },
    });
  }, 60_000);

  it("of a Deco and of a TV box is read from Code 128, QR and Data Matrix, at a glance too", async () => {
    expect(judgeLabel(await read(DECO, { module: 3 }, "glance"), nothing)).toMatchObject({ kind: "device", label: { equipment_type: "Routeur", mac_address: "403F8C112233" } });
    expect(judgeLabel(await read(BOX, { module: 6, turned: 20 }, "glance"), nothing)).toMatchObject({
      kind: "device", label: { equipment_type: "Décodeur TV", mac_address: "001A79123456", serial_number: "SI1234567890" },
    });
  }, 60_000);

  it("is not seen where there is none", async () => {
    expect(await read([{ format: "code128", text: "X" }], { module: 1, blur: 9 })).toEqual([]);
  }, 60_000);

  it("beside another in one picture is told apart from it", async () => {
    const verdict = judgeLabel(await read([...ONT.slice(0, 1), { format: "code128", text: "RCMG19A09999" }], { module: 3 }), nothing);
    expect(verdict).toMatchObject({ kind: "refused", reason: "two_devices" });
  }, 60_000);

  const there: KnownDevice = { equipment_type: "ONT", serial_number: "RCMG19A01234", mac_address: null, job: "JOB-2", place: "7, chemin Sud" };

  it("of another type than is wanted is refused at once, in both languages", () => {
    const verdict = judgeLabel(["403F8C112233"], { accept: "ONT", known: [] });
    expect(verdict).toMatchObject({ kind: "refused", reason: "wrong_device_type", said: { fr: expect.stringContaining("Routeur") as string, en: expect.stringContaining("Router") as string } });
  });

  it("of a device that stands at another place of the days is refused at once, and says where", () => {
    expect(judgeLabel(["RCMG19A01234"], { accept: "ONT", known: [there] })).toMatchObject({ kind: "refused", reason: "serial_elsewhere", said: { fr: expect.stringContaining("7, chemin Sud") as string } });
    expect(judgeLabel(["GPON SN:RCMG19A01234", "HT803GW00112233"], { accept: "ONT", known: [there] })).toMatchObject({ reason: "serial_elsewhere" });
    expect(judgeLabel(["40-3F-8C-11-22-33"], { accept: null, known: [{ ...there, equipment_type: "Routeur", serial_number: null, mac_address: "403F8C112233" }] })).toMatchObject({ reason: "serial_elsewhere" });
  });

  it("that does not say what it is on takes the type that is wanted, or asks", () => {
    expect(judgeLabel(["AC:DE:48:00:11:22"], { accept: "Routeur", known: [] })).toMatchObject({ kind: "device", label: { equipment_type: "Routeur" } });
    expect(judgeLabel(["AC:DE:48:00:11:22"], nothing)).toMatchObject({ kind: "which_type" });
  });

  it("that was typed may be a serial of figures only", () => {
    expect(judgeTyped(" 2231234567890 ", { accept: "Décodeur TV", known: [] })).toMatchObject({ kind: "device", label: { serial_number: "2231234567890" }, codes: ["SN:2231234567890"] });
    expect(judgeTyped("rcmg-19a01234", nothing)).toMatchObject({ kind: "device", label: { gpon_sn: "RCMG19A01234" } });
    expect(judgeTyped("bonjour", nothing)).toMatchObject({ kind: "refused", reason: "unreadable_label" });
  });
});

describe("single frames of a label", () => {
  it("are put together, without what was misread once", () => {
    fc.assert(
      fc.property(fc.array(fc.subarray(["A1", "B2", "C3"], { minLength: 1 }), { maxLength: 12 }), fc.nat(11), (frames, at) => {
        const sighting = new Sighting();
        let settled: string[] | undefined;
        for (const [index, codes] of [...frames, ...Array.from({ length: 6 }, () => ["A1", "B2", "C3"])].entries()) {
          settled = sighting.see(index === at ? [...codes, "MISREAD"] : codes) ?? settled;
        }
        expect(settled).not.toContain("MISREAD");
        expect(settled).toBeDefined();
      }),
    );
  });

  it("that show a code each make one label", () => {
    const sighting = new Sighting();
    const frames = ["A1", "B2", "A1", "B2", "C3", "A1", "C3", "B2", "A1", "B2"].map((code) => sighting.see([code]));
    expect(frames.find((codes) => codes !== undefined)).toEqual(["A1", "B2", "C3"]);
  });

  it("of the label that was before are forgotten once nothing has been in sight", () => {
    const sighting = new Sighting();
    sighting.see(["A1"]);
    sighting.see(["A1"]);
    for (let frame = 0; frame < 8; frame++) sighting.see([]);
    const seen = Array.from({ length: 6 }, () => sighting.see(["B2"])).filter((codes) => codes !== undefined);
    expect(seen[0]).toEqual(["B2"]);
  });
});
