/** Photos of a visit: announced by their action, received in pieces that may be taken up again, and then attached to the job in ERPNext. */
import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type pg from "pg";
import { z } from "zod";
import { photoAnswer, PHOTO_CAPTION, PHOTO_PIECE } from "@gigafibre/contracts/visits";
import type { PhotoAnswer, VisitActionBody } from "@gigafibre/contracts/visits";
import { transaction } from "../../plugins/database.ts";
import { Refusal } from "../../plugins/problems.ts";

const PHOTOS = "field-photos";
const params = z.object({ id: z.uuid() });

/** In the transaction that settles its action. */
export async function announce(client: pg.ClientBase, action: string, job: string, photo: Extract<VisitActionBody, { kind: "photo" }>): Promise<void> {
  await client.query(
    `insert into field_photo (id, action, job, caption, type, size, sha256, thumbnail) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing`,
    [photo.photo, action, job, photo.caption, photo.type, photo.size, photo.sha256, photo.thumbnail],
  );
}

type Expected = PhotoAnswer & { readonly sha256: string };

/** @throws Refusal `photo_not_announced`, also for somebody else's */
async function expected(db: pg.ClientBase | pg.Pool, id: string, username: string, lock: "" | "for update of field_photo"): Promise<Expected> {
  const { rows } = await db.query<Expected>(
    `select field_photo.id, size, received, sha256 from field_photo join field_action on field_action.id = field_photo.action
     where field_photo.id = $1 and username = $2 ${lock}`,
    [id, username],
  );
  if (!rows[0]) throw new Refusal("photo_not_announced");
  return rows[0];
}

/** @throws Refusal `photo_offset`, with where to go on */
async function takePiece(app: FastifyInstance, id: string, username: string, offset: number, content: Buffer): Promise<PhotoAnswer | "damaged"> {
  return transaction(app.db, async (client) => {
    const { size, received, sha256 } = await expected(client, id, username, "for update of field_photo");
    if (offset !== received || content.length === 0 || received + content.length > size) throw new Refusal("photo_offset", { details: { received, size } });
    await client.query("insert into field_photo_piece (photo, starts_at, content) values ($1, $2, $3)", [id, offset, content]);
    const now = received + content.length;
    const whole = now === size;
    const sound = !whole || createHash("sha256").update(await contentOf(client, id)).digest("hex") === sha256;
    if (!sound) await client.query("delete from field_photo_piece where photo = $1", [id]);
    await client.query("update field_photo set received = $2 where id = $1", [id, sound ? now : 0]);
    if (!sound) return "damaged";
    if (whole) await app.workers.enqueue(client, PHOTOS, id);
    return { id, size, received: now };
  });
}

async function contentOf(db: pg.ClientBase | pg.Pool, id: string): Promise<Buffer> {
  const { rows } = await db.query<{ content: Buffer }>("select content from field_photo_piece where photo = $1 order by starts_at", [id]);
  return Buffer.concat(rows.map(({ content }) => content));
}

/** As Desk lists it beside the job: what it shows, then what it is found by. Letters, digits and what may stand in any file's name. */
function fileName(id: string, { caption, type }: { readonly caption: string; readonly type: string }): string {
  const shows = caption.normalize("NFC").replaceAll(/[^\p{L}\p{M}\p{N} '-]+/gu, " ").replaceAll(/ +/g, " ").slice(0, PHOTO_CAPTION).trim();
  return `${shows === "" ? "" : `${shows} `}photo-${id}.${type.replace("image/", "").replace("jpeg", "jpg")}`;
}

/** Attaches what has arrived whole, once: a file of this photo's name is looked for before it is sent again. */
export async function photoJob(app: FastifyInstance): Promise<void> {
  await app.workers.add({
    queue: PHOTOS,
    concurrency: 1,
    retrySeconds: 2,
    maxRetrySeconds: 120,
    async work(id) {
      const { rows } = await app.db.query<{ job: string; caption: string; type: string; file: string | null }>("select job, caption, type, file from field_photo where id = $1 and received = size", [id]);
      const [photo] = rows;
      if (!photo || photo.file !== null) return;
      const attached = async (): Promise<string | undefined> =>
        (await app.erpnext.list("File", { filters: [["attached_to_doctype", "=", "Dispatch Job"], ["attached_to_name", "=", photo.job], ["file_name", "like", `%photo-${id}%`]] }))[0]?.name;
      let file = await attached();
      if (file === undefined) {
        const name = fileName(id, photo);
        await app.erpnext.attach({ doctype: "Dispatch Job", name: photo.job }, { name, type: photo.type, content: await contentOf(app.db, id) });
        file = await attached();
      }
      if (file === undefined) throw new Error(`the photo ${id} was sent and is not there`);
      await transaction(app.db, async (client) => {
        await client.query("update field_photo set file = $2 where id = $1", [id, file]);
        await client.query("delete from field_photo_piece where photo = $1", [id]);
      });
    },
    async unfinished() {
      const { rows } = await app.db.query<{ id: string }>("select id from field_photo where file is null and received = size order by created_at limit 500");
      return rows.map(({ id }) => id);
    },
  });
}

export async function photoRoutes(app: FastifyInstance): Promise<void> {
  app.addContentTypeParser("application/octet-stream", { parseAs: "buffer", bodyLimit: PHOTO_PIECE }, async (_request: unknown, content: Buffer) => content);
  const routes = app.withTypeProvider<ZodTypeProvider>();

  routes.head(
    "/api/field/photos/:id",
    {
      config: { access: "staff" },
      schema: { tags: ["Field"], summary: "How much of a photo has arrived", description: "In `upload-offset`, of `upload-length`. 404 `photo_not_announced`.", params },
    },
    async (request, reply) => {
      const { received, size } = await expected(app.db, request.params.id, request.staff?.user ?? "", "");
      return reply.header("upload-offset", received).header("upload-length", size).header("cache-control", "no-store").send();
    },
  );

  routes.put(
    "/api/field/photos/:id",
    {
      config: { access: "staff" },
      bodyLimit: PHOTO_PIECE,
      schema: {
        tags: ["Field"],
        summary: "Send the next piece of a photo",
        description: "`application/octet-stream` with the `upload-offset` it starts at. 409 `photo_offset` says where to go on; 409 `photo_damaged`: from the start.",
        params,
        headers: z.object({ "upload-offset": z.coerce.number().int().min(0) }),
        response: { 200: photoAnswer },
      },
    },
    async (request) => {
      if (!Buffer.isBuffer(request.body)) throw new Refusal("malformed_body");
      const taken = await takePiece(app, request.params.id, request.staff?.user ?? "", request.headers["upload-offset"], request.body);
      if (taken === "damaged") throw new Refusal("photo_damaged");
      if (taken.received === taken.size) app.workers.wake(PHOTOS);
      return taken;
    },
  );
}
