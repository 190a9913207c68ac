import compress from "@fastify/compress";
import httpProxy from "@fastify/http-proxy";
import serveFiles from "@fastify/static";
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { ServerResponse } from "node:http";
import { siteConfig } from "@gigafibre/contracts/site";
import type { Config } from "../../config.ts";
import { declareScope } from "../../plugins/access.ts";
import { onePageApp } from "./one-page-app.ts";
import { cacheControl, SitePages } from "./pages.ts";

const mapOrigins = ({ MAP_STYLE_URL, MAP_ORIGINS }: Pick<Config, "MAP_STYLE_URL" | "MAP_ORIGINS">): string[] =>
  MAP_STYLE_URL === undefined ? [] : [...new Set([new URL(MAP_STYLE_URL).origin, ...MAP_ORIGINS.split(/\s+/).filter(Boolean)])];

/** What a browser gets without asking for data: the website's settings and, where they are configured, its pages, the technicians' app, the office's and the inbox. */
export async function site(app: FastifyInstance): Promise<void> {
  const { config } = app;
  app.withTypeProvider<ZodTypeProvider>().get(
    "/api/site-config",
    {
      config: { access: "public" },
      schema: { tags: ["Website"], summary: "What the website must know before it can take an order", response: { 200: siteConfig } },
    },
    async (_request, reply) =>
      reply.header("cache-control", "no-cache").send({
        stripe_publishable_key: config.STRIPE_PUBLISHABLE_KEY,
        stripe_script_url: config.STRIPE_SCRIPT_URL,
        phone_number: config.COMPANY_PHONE,
        terms_version: config.TERMS_VERSION,
      }),
  );
  const { WEBSITE_ROOT, FIELD_ROOT, OPS_ROOT, INBOX_URL } = config;
  if (WEBSITE_ROOT) await app.register(async (scope) => pages(scope, WEBSITE_ROOT));
  if (FIELD_ROOT) await app.register(async (scope) => onePageApp(scope, { prefix: "field", root: FIELD_ROOT }));
  if (OPS_ROOT) await app.register(async (scope) => onePageApp(scope, { prefix: "ops", root: OPS_ROOT, outside: mapOrigins(config) }));
  if (INBOX_URL) await app.register(async (scope) => inbox(scope, INBOX_URL));
}

async function pages(app: FastifyInstance, root: string): Promise<void> {
  const found = await SitePages.read(root);
  await app.register(compress, { threshold: 1_024, encodings: ["br", "gzip"], brotliOptions: { params: { 1: 5 } } });
  await app.register(serveFiles, { root, serve: false, cacheControl: false, decorateReply: true });

  app.get("/*", { config: { access: "public" } }, async (request, reply) => {
    const [pathname = "/", query] = (request.raw.url ?? "/").split("?", 2);
    if (pathname.length > 1 && pathname.endsWith("/")) {
      // One slash in front, or the browser would take what follows for another site.
      return reply.redirect(`/${pathname.replace(/^\/+|\/+$/g, "")}${query ? `?${query}` : ""}`, 308);
    }
    const page = found.find(`/${(request.params as { "*": string })["*"]}`);
    if (!page) return reply.callNotFound();
    return reply.code(page.status).header("cache-control", cacheControl(page.file)).sendFile(page.file);
  });
}

/** The page that shows what a demonstration sent: messages that went to nobody. Not configured where they go to people. */
async function inbox(app: FastifyInstance, upstream: string): Promise<void> {
  declareScope(app, "public");
  const open = new Set<ServerResponse>();
  app.addHook("onRequest", async (_request, reply) => {
    open.add(reply.raw);
    reply.raw.once("close", () => open.delete(reply.raw));
  });
  // Its page listens to a stream, which would hold the server when it closes.
  app.addHook("preClose", async () => {
    for (const response of open) response.destroy();
  });
  await app.register(httpProxy, {
    upstream,
    prefix: "/inbox",
    rewritePrefix: "/inbox",
    undici: { headersTimeout: 30_000, bodyTimeout: 0 },
    disableRequestLogging: true,
  });
}
