/** AES-256-GCM with named keys: what a retry must send again is kept, but only encrypted. */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";

export interface Vault {
  /** `keyId.iv.tag.ciphertext`, base64url; `context` must be given again to open it. */
  seal(plaintext: string, context: string): string;
  /** @throws Error when the key is unknown, or text or context were altered. */
  open(sealed: string, context: string): string;
  /** A secret derived from the oldest key and a label: the same after every restart and key rotation. */
  derive(label: string): string;
}

/** @param keys `id:base64,id:base64`, newest first; each 32 bytes. */
export function createVault(keys: string): Vault {
  const known = new Map(
    keys.split(",").map((entry): [string, Buffer] => {
      const [id = "", encoded = ""] = entry.trim().split(":");
      const key = Buffer.from(encoded, "base64");
      if (!/^[A-Za-z0-9_-]+$/.test(id) || key.length !== 32) throw new Error("ENCRYPTION_KEYS: each must be id:base64 of 32 bytes");
      return [id, key];
    }),
  );
  const [newest] = known;
  const oldest = [...known.values()].at(-1);
  if (!newest || !oldest) throw new Error("ENCRYPTION_KEYS is empty");
  return {
    seal(plaintext, context) {
      const [id, key] = newest;
      const iv = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(context));
      const ciphertext = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final()]);
      return [id, ...[iv, cipher.getAuthTag(), ciphertext].map((part) => part.toString("base64url"))].join(".");
    },
    open(sealed, context) {
      const [id = "", iv = "", tag = "", ciphertext = ""] = sealed.split(".");
      const key = known.get(id);
      if (!key) throw new Error(`no encryption key "${id}"`);
      const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(iv, "base64url"))
        .setAAD(Buffer.from(context))
        .setAuthTag(Buffer.from(tag, "base64url"));
      return Buffer.concat([decipher.update(Buffer.from(ciphertext, "base64url")), decipher.final()]).toString("utf8");
    },
    derive: (label) => createHmac("sha256", oldest).update(label).digest("base64url"),
  };
}
