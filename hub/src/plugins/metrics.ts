import fp from "fastify-plugin";
import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What is counted in PostgreSQL when somebody asks. */
const COUNTED = [
  { name: "hub_orders", help: "Orders by state", labels: ["state"], sql: "select state, count(*)::int as count from order_intake group by 1" },
  { name: "hub_outbox", help: "Messages to the outside by kind and state", labels: ["kind", "state"], sql: "select kind, state, count(*)::int as count from outbox group by 1, 2" },
  { name: "hub_leads", help: "Wishes by state", labels: ["state"], sql: "select state, count(*)::int as count from lead_intake group by 1" },
  { name: "hub_events_waiting", help: "Events that have no id yet", labels: [], sql: "select count(*)::int as count from event_log where id is null" },
  { name: "hub_document_hints", help: "ERPNext documents said to have changed and not yet looked at", labels: [], sql: "select count(*)::int as count from document_hint" },
  { name: "hub_held", help: "1 while everything is held back until the databases are reconciled", labels: [], sql: "select count(held_since)::int as count from restore_mark" },
  { name: "hub_jobs", help: "Jobs not yet done, by queue and state", labels: ["queue", "state"], sql: "select name as queue, state::text, count(*)::int as count from jobs.job where state < 'completed' group by 1, 2" },
] as const;

type Row = Record<string, string | number> & { count: number };

/** Measures every request, and answers `GET /metrics` in Prometheus' own text. */
export const metrics = fp(
  async (app) => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    const requests = new Histogram({
      name: "hub_http_request_duration_seconds",
      help: "Time to answer, by route",
      labelNames: ["method", "route", "status"],
      buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10],
      registers: [registry],
    });
    new Gauge({
      name: "hub_event_streams",
      help: "Live event streams open on this hub",
      registers: [registry],
      collect() {
        this.set(app.openStreams());
      },
    });
    for (const { name, help, labels, sql } of COUNTED) {
      new Gauge({
        name,
        help,
        labelNames: [...labels],
        registers: [registry],
        async collect() {
          const { rows } = await app.db.query<Row>(sql);
          this.reset();
          for (const { count, ...labelled } of rows) this.set(labelled, count);
        },
      });
    }

    app.addHook("onResponse", async (request, reply) => {
      // A stream is no request to time, and a path that nobody serves is no route.
      const route = request.routeOptions.url;
      if (route === "/events") return;
      requests.observe({ method: request.method, route: route ?? "none", status: reply.statusCode }, reply.elapsedTime / 1_000);
    });

    app.get(
      "/metrics",
      {
        config: { access: "operator" },
        schema: { tags: ["Operations"], summary: "Measurements in Prometheus' text format" },
      },
      async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()),
    );
  },
  { name: "metrics", dependencies: ["database", "access"] },
);
