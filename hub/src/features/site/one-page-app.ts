/** An app under a prefix of its own, the technicians' at /field/ and the office's at /ops/: one page that finds its own way, and its files. */
import compress from "@fastify/compress";
import serveFiles from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { cacheControl, SitePages } from "./pages.ts";

/** It reads bar codes or draws maps with what the browser has, shows pictures that were taken a moment ago, and speaks to nobody but the hub. */
const POLICY: Readonly<Record<string, string[]>> = {
  "default-src": ["'self'"],
  "base-uri": ["'none'"],
  "form-action": ["'self'"],
  "frame-ancestors": ["'none'"],
  "img-src": ["'self'", "data:", "blob:"],
  "media-src": ["'self'", "blob:"],
  "object-src": ["'none'"],
  "script-src": ["'self'", "'wasm-unsafe-eval'"],
  // Quasar sets sizes and colours on elements.
  "style-src": ["'self'", "'unsafe-inline'"],
};

interface OnePage {
  readonly prefix: "field" | "ops";
  readonly root: string;
  /** Whom the app asks besides the hub: those that a map's style names. */
  readonly outside?: readonly string[];
}

const policyOf = (outside: readonly string[]): Record<string, string[]> => ({
  ...POLICY,
  ...(outside.length === 0 ? {} : { "connect-src": ["'self'", ...outside], "img-src": [...(POLICY["img-src"] ?? []), ...outside] }),
});

export async function onePageApp(app: FastifyInstance, { prefix, root, outside = [] }: OnePage): Promise<void> {
  const found = await SitePages.read(root);
  await app.register(compress, { threshold: 1_024, encodings: ["br", "gzip"], brotliOptions: { params: { 1: 5 } } });
  await app.register(serveFiles, { root, serve: false, cacheControl: false, decorateReply: true });

  app.get(`/${prefix}`, { config: { access: "public" } }, async (request, reply) => {
    const [, query] = (request.raw.url ?? "").split("?", 2);
    return reply.redirect(`/${prefix}/${query ? `?${query}` : ""}`, 308);
  });
  app.get(`/${prefix}/*`, { config: { access: "public" }, helmet: { contentSecurityPolicy: { useDefaults: false, directives: policyOf(outside) } } }, async (request, reply) => {
    const file = found.fileOfApp((request.params as { "*": string })["*"]);
    if (file === null) return reply.callNotFound();
    return reply.header("cache-control", cacheControl(file)).sendFile(file);
  });
}
