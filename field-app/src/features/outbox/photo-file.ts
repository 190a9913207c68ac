/** A photo's file: announced by its action with its size and hash, sent after it in pieces that go on where they stopped. */
import { PHOTO_LIMIT, PHOTO_PIECE, PHOTO_TYPES } from "@gigafibre/contracts/visits";
import type { VisitActionBody } from "@gigafibre/contracts/visits";
import type { PendingAction, PhotoFile } from "./database.ts";
import type { Verdict } from "./hub.ts";
import { OutboxRefusal, ours } from "./reasons.ts";
import { EVERYTHING } from "./sender-world.ts";
import type { SenderWorld } from "./sender-world.ts";

type PhotoBody = Extract<VisitActionBody, { kind: "photo" }>;

async function hashOf(content: ArrayBuffer): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", content);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The action that announces a photo. @throws OutboxRefusal for a file that the hub would not take */
export async function photoBody(photo: Blob, { caption, thumbnail }: { caption: string; thumbnail: string }): Promise<PhotoBody> {
  const type = PHOTO_TYPES.find((each) => each === photo.type);
  if (type === undefined || photo.size === 0 || photo.size > PHOTO_LIMIT) throw new OutboxRefusal(ours("photo_unusable"));
  return { kind: "photo", photo: crypto.randomUUID(), caption, type, size: photo.size, sha256: await hashOf(await photo.arrayBuffer()), thumbnail };
}

/** Sends what is left of one photo, or its next piece. @returns why it stopped, or undefined when it goes on or has come to its end */
export async function sendPhoto(world: SenderWorld, { row, file }: { row: PendingAction; file: PhotoFile | undefined }, signal: AbortSignal): Promise<Verdict<never> | undefined> {
  const { rows, hub, backoff } = world;
  if (row.action.kind !== "photo" || !file) {
    await rows.photo(row.id, "refused", ours("photo_lost"));
    return undefined;
  }
  const { photo, size, sha256 } = row.action;
  const arrived = await hub.received(photo, signal);
  if (arrived.kind !== "held") return arrived.kind === "refused" ? undefined : arrived;
  if (arrived.answer === null) {
    // Its action was answered: a hub that was put back to a backup is told again. Told twice, it is the photo that the hub does not want.
    const toldAgain = row.tries < 2 && (await rows.reopen(row.id));
    if (!toldAgain) await rows.photo(row.id, "refused", ours("photo_mismatch"));
    return undefined;
  }
  if (arrived.answer >= size) return whole(world, row);
  const verdict = await hub.putPiece(photo, arrived.answer, file.content.slice(arrived.answer, arrived.answer + PHOTO_PIECE), signal);
  if (verdict.kind === "held") backoff.worked(EVERYTHING);
  if (verdict.kind === "held") return verdict.answer.received >= size ? whole(world, row) : undefined;
  if (verdict.kind !== "refused") return verdict;
  // Another tab was faster: what has arrived is asked again.
  if (verdict.reason.name === "photo_offset") return undefined;
  if (verdict.reason.name === "photo_damaged") {
    const intact = (await hashOf(file.content)) === sha256;
    if (intact) return { kind: "later", reason: verdict.reason, everything: false, waitMs: 0 };
    await rows.photo(row.id, "refused", ours("photo_lost"));
    return undefined;
  }
  await rows.photo(row.id, "refused", verdict.reason);
  return undefined;
}

async function whole({ rows, backoff }: SenderWorld, { id }: PendingAction): Promise<undefined> {
  await rows.photo(id, "held", null);
  backoff.worked(id);
}
