import { createHash, randomBytes, randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Problem } from "@gigafibre/contracts/problems";
import type { VisitActionBody } from "@gigafibre/contracts/visits";
import { OTHER_TECHNICIAN, Phone, planned } from "../../../testing/visits.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

describe("photos of a visit", () => {
  let world: World;
  let phone: Phone;
  beforeAll(async () => {
    world = await startWorld();
    phone = await Phone.of(world);
  });
  afterEach(() => world.erpnext.heal());
  afterAll(() => world.stop());

  const content = randomBytes(700_000);
  const photoOf = (photo: string, caption = "Boîtier"): VisitActionBody => ({
    kind: "photo", photo, caption, type: "image/jpeg", size: content.length, sha256: createHash("sha256").update(content).digest("hex"), thumbnail: "data:image/jpeg;base64,AAAA",
  });
  const put = (id: string, offset: number, piece: Buffer, by = phone) =>
    world.app.inject({ method: "PUT", url: `/api/field/photos/${id}`, headers: { ...by.headers, "content-type": "application/octet-stream", "upload-offset": String(offset) }, payload: piece });
  const arrived = async (id: string) => (await world.app.inject({ method: "HEAD", url: `/api/field/photos/${id}`, headers: phone.headers })).headers["upload-offset"];
  const filesOf = (id: string) => world.erpnext.admin.list("File", [["file_name", "like", `%photo-${id}%`]]);

  it("arrive in pieces, go on where they stopped, and hang on the job once, privately, though an answer was lost", async () => {
    const made = await planned(world);
    const id = randomUUID();
    expect((await put(id, 0, content.subarray(0, 10))).json<Problem>().reason).toBe("photo_not_announced");
    expect((await phone.does(made.job.name, photoOf(id))).statusCode).toBe(200);
    expect((await put(id, 0, content.subarray(0, 10), await Phone.of(world, OTHER_TECHNICIAN))).statusCode).toBe(404);
    expect((await put(id, 0, content.subarray(0, 400_000))).json()).toEqual({ id, size: 700_000, received: 400_000 });
    const again = await put(id, 0, content.subarray(0, 400_000));
    expect([again.statusCode, again.json<Problem>().details]).toEqual([409, { received: 400_000, size: 700_000 }]);
    expect(String(await arrived(id))).toBe("400000");
    await world.erpnext.fault({ kind: "drop_after_commit", match: { path: "upload_file" }, times: 1 });
    expect((await put(id, 400_000, content.subarray(400_000))).statusCode).toBe(200);
    await eventually("the File", async () => {
      await world.hurry();
      return (await phone.days()).visits.find(({ name }) => name === made.job.name)?.photos.find((photo) => photo.id === id)?.stored;
    });
    const files = await filesOf(id);
    expect(files).toHaveLength(1);
    expect(files[0]).toMatchObject({ attached_to_doctype: "Dispatch Job", attached_to_name: made.job.name, is_private: 1, file_size: 700_000 });
    expect((await world.app.db.query("select 1 from field_photo_piece where photo = $1", [id])).rowCount).toBe(0);
  });

  it("say in ERPNext what they show: it begins the name of the file, whatever was typed", async () => {
    const made = await planned(world);
    const shown = { "Boîtier, côté rue": "Boîtier côté rue ", "../../<b>Câble</b>": "b Câble b ", "": "", ["é".repeat(140)]: `${"é".repeat(60)} ` };
    for (const [caption, begins] of Object.entries(shown)) {
      const id = randomUUID();
      await phone.does(made.job.name, photoOf(id, caption));
      await put(id, 0, content.subarray(0, 400_000));
      await put(id, 400_000, content.subarray(400_000));
      await eventually("the File", async () => {
        await world.hurry();
        return (await filesOf(id)).length > 0;
      });
      expect((await filesOf(id)).map(({ file_name }) => file_name)).toEqual([`${begins}photo-${id}.jpg`]);
    }
  });

  it("that arrive altered are asked for again from the start", async () => {
    const made = await planned(world);
    const id = randomUUID();
    await phone.does(made.job.name, photoOf(id));
    await put(id, 0, content.subarray(0, 400_000));
    const damaged = await put(id, 400_000, Buffer.alloc(300_000));
    expect([damaged.statusCode, damaged.json<Problem>().reason]).toEqual([409, "photo_damaged"]);
    expect(String(await arrived(id))).toBe("0");
    expect(await filesOf(id)).toEqual([]);
  });
});
