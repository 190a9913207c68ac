/** The hub: what it is made of, in order. `server.ts` listens; tests use the same app through `inject`. */
import cookie from "@fastify/cookie";
import Fastify from "fastify";
import type { FastifyError, FastifyInstance } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { problemOf } from "@gigafibre/contracts/problems";
import { createVault } from "./encryption.ts";
import type { Vault } from "./encryption.ts";
import type { Config } from "./config.ts";
import { activation } from "./features/activation/activation.ts";
import { access } from "./plugins/access.ts";
import { addresses } from "./features/addresses/addresses.ts";
import { addressRoutes } from "./features/addresses/routes.ts";
import { boardRoutes } from "./features/board/routes.ts";
import { billing } from "./features/billing/routes.ts";
import { calls } from "./features/calls/calls.ts";
import { callRoutes } from "./features/calls/routes.ts";
import { cancellations } from "./features/cancellation/routes.ts";
import { catalog } from "./features/catalog/catalog.ts";
import { catalogRoutes } from "./features/catalog/routes.ts";
import { customers } from "./features/customers/routes.ts";
import { devices } from "./features/devices/routes.ts";
import { signalThresholds } from "./features/devices/thresholds.ts";
import { documentChanges } from "./features/document-changes/routes.ts";
import { find } from "./features/find/routes.ts";
import { follow } from "./features/follow/routes.ts";
import { health } from "./features/health/routes.ts";
import { leads } from "./features/leads/routes.ts";
import { installDates } from "./features/install-dates/install-dates.ts";
import { installDateRoutes } from "./features/install-dates/routes.ts";
import { reconcileRoutes } from "./features/reconcile/routes.ts";
import { restores } from "./features/reconcile/restores.ts";
import { liveEvents } from "./features/live-events/routes.ts";
import { maps } from "./features/maps/routes.ts";
import { passThrough } from "./features/pass-through/routes.ts";
import { services } from "./features/services/routes.ts";
import { session } from "./features/session/routes.ts";
import { site } from "./features/site/routes.ts";
import { swaps } from "./features/swap/routes.ts";
import { tickets } from "./features/tickets/routes.ts";
import { merges } from "./features/merge/routes.ts";
import { wifis } from "./features/wifi/routes.ts";
import { database } from "./plugins/database.ts";
import { erpnext } from "./plugins/erpnext.ts";
import { jobs } from "./plugins/jobs.ts";
import { conversations } from "./features/messages/conversations.ts";
import { inboundMessages } from "./features/messages/inbound.ts";
import { twilioWebhooks } from "./features/messages/twilio-webhooks.ts";
import { metrics } from "./plugins/metrics.ts";
import { notifications } from "./plugins/notifications.ts";
import { openapi } from "./plugins/openapi.ts";
import { problems } from "./plugins/problems.ts";
import { rateLimits } from "./plugins/rate-limits.ts";
import { securityHeaders } from "./plugins/security-headers.ts";
import { snapshots } from "./plugins/snapshots.ts";
import { staff } from "./plugins/staff.ts";
import { portActivations } from "./features/ports/activation/routes.ts";
import { visits } from "./features/visits/routes.ts";
import { workers } from "./plugins/workers.ts";
import { queues } from "./features/queues/routes.ts";
import { orders } from "./features/orders/routes.ts";
import { outbox } from "./features/outbox/routes.ts";
import { payments } from "./features/payments/routes.ts";
import { stripe } from "./features/payments/stripe.ts";

declare module "fastify" {
  interface FastifyInstance {
    config: Config;
    vault: Vault;
  }
}

/** The whole hub, as it stands before it listens. `logTo` takes its log instead of standard output. */
export async function buildApp(config: Config, logTo?: { write(line: string): unknown }): Promise<FastifyInstance> {
  const app = Fastify({
    logger: {
      level: config.LOG_LEVEL,
      ...(logTo ? { stream: logTo } : {}),
      redact: ["req.headers.authorization", "req.headers.cookie"],
      // What went wrong and where; never the objects that libraries hang on their errors, which hold connections and payloads.
      serializers: { err: (error: FastifyError) => ({ type: error.name, code: error.code, message: error.message, stack: error.stack ?? "" }) },
    },
    trustProxy: config.TRUSTED_PROXIES > 0 ? (_address: string, hop: number) => hop < config.TRUSTED_PROXIES : false,
    bodyLimit: 256 * 1024,
    routerOptions: { ignoreTrailingSlash: false },
    // An address that cannot even be read is one that we do not have.
    frameworkErrors: (_error, _request, reply) =>
      void reply.raw.writeHead(404, { "content-type": "application/problem+json" }).end(JSON.stringify(problemOf("not_found"))),
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorate("config", config);
  app.decorate("vault", createVault(config.ENCRYPTION_KEYS));

  await app.register(securityHeaders, { config });
  await app.register(access);
  await app.register(problems);
  await app.register(cookie);
  await app.register(database, { databaseUrl: config.DATABASE_URL });
  await app.register(notifications, { databaseUrl: config.DATABASE_URL });
  await app.register(erpnext, { url: config.ERPNEXT_URL, apiKey: config.ERPNEXT_API_KEY, apiSecret: config.ERPNEXT_API_SECRET });
  await app.register(restores);
  await app.register(jobs, { databaseUrl: config.DATABASE_URL });
  await app.register(workers, { databaseUrl: config.DATABASE_URL, mayWork: () => app.restores.mayWork() });
  await app.register(staff);
  await app.register(rateLimits, { config });
  await app.register(openapi);
  await app.register(metrics);
  await app.register(documentChanges);
  await app.register(snapshots);

  await app.register(addresses);
  await app.register(addressRoutes);
  await app.register(catalog);
  await app.register(catalogRoutes);
  await app.register(installDates);
  await app.register(installDateRoutes);
  await app.register(liveEvents);
  await app.register(leads);

  await app.register(stripe);
  await app.register(payments);
  await app.register(orders);
  await app.register(activation);
  await app.register(signalThresholds);
  await app.register(devices);
  await app.register(calls);
  await app.register(callRoutes);
  await app.register(cancellations);
  await app.register(services);
  await app.register(swaps);
  await app.register(tickets);
  await app.register(merges);
  await app.register(wifis);
  await app.register(customers);
  await app.register(find);
  await app.register(billing);
  await app.register(portActivations);
  await app.register(visits);
  await app.register(boardRoutes);
  await app.register(maps);
  await app.register(follow);
  await app.register(outbox);
  await app.register(queues);
  await app.register(inboundMessages);
  await app.register(conversations);
  await app.register(twilioWebhooks);
  await app.register(reconcileRoutes);
  await app.register(passThrough);
  await app.register(session);
  await app.register(health);
  await app.register(site);

  return app;
}
