/**
 * How often one address may do what costs us or others something. An address is what `request.ip` says, through as many proxies as the
 * settings trust; of IPv6 its /64, which is one household.
 *
 * The search's limit is each hub's own, in memory: it protects that hub, and a question to PostgreSQL would cost what it saves. The others
 * hold over all hubs, in PostgreSQL. docs/decisions/0010-rate-limits.md says why.
 */
import { createHmac } from "node:crypto";
import { isIPv6 } from "node:net";
import fp from "fastify-plugin";
import type pg from "pg";
import type { Config } from "../config.ts";
import { Refusal } from "./problems.ts";

type Limiter = "search" | "checkout" | "setup_intent" | "lead" | "login";

/** Which routes are limited, as they are registered. */
export const LIMITED_ROUTES: Readonly<Record<string, Limiter>> = {
  "GET /api/address": "search",
  "GET /api/address/:uuid": "search",
  // A page asks every few seconds; whoever tries tokens is as slow as whoever searches.
  "GET /api/follow/:token": "search",
  "POST /api/checkout": "checkout",
  "POST /api/checkout/setup-intent": "setup_intent",
  "POST /api/leads": "lead",
  "POST /api/method/login": "login",
};

/** More than this is no limit; the list of an address's hits would only grow. */
const UNLIMITED = 100_000;
const HOUR = 3_600;

/** One key for one household: an IPv4 address, or the first 64 bits of an IPv6 one. */
export function addressKey(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip);
  if (mapped?.[1]) return mapped[1];
  if (!isIPv6(ip)) return ip;
  const [head = "", tail] = ip.split("%")[0]?.split("::") ?? [];
  const groups = (text: string): string[] => text.split(":").filter((group) => group !== "");
  const zeros = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array.from({ length: zeros }, () => "0"), ...groups(tail ?? "")];
  return `${all.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}

/** Tokens that fill up at a steady rate, up to a burst. */
export class TokenBuckets {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = Math.max(burst, 1);
  }

  /** Takes one. @returns seconds to wait, 0 when there was one. */
  take(key: string, now = Date.now()): number {
    const bucket = this.#buckets.get(key) ?? { tokens: this.#burst, at: now };
    const tokens = Math.min(this.#burst, bucket.tokens + ((now - bucket.at) / 1_000) * this.#perSecond);
    const taken = tokens >= 1;
    this.#buckets.set(key, { tokens: taken ? tokens - 1 : tokens, at: now });
    return taken ? 0 : (1 - tokens) / this.#perSecond;
  }

  /** Forgets addresses whose bucket is full again: they are as good as new. */
  forget(now = Date.now()): void {
    for (const [key, { tokens, at }] of this.#buckets) {
      if (tokens + ((now - at) / 1_000) * this.#perSecond >= this.#burst) this.#buckets.delete(key);
    }
  }
}

/** Notes one more hit if it is allowed. @returns seconds to wait, 0 when it was. */
async function hitInPostgres(pool: pg.Pool, key: { limiter: Limiter; address: string }, limit: number): Promise<number> {
  const { rowCount } = await pool.query(
    `insert into rate_limit as kept (limiter, address_hash, hits) values ($1, $2, array[now()])
     on conflict (limiter, address_hash) do update
       set hits = array(select hit from unnest(kept.hits) hit where hit > now() - $3 * interval '1 second') || now()
       where (select count(*) from unnest(kept.hits) hit where hit > now() - $3 * interval '1 second') < $4`,
    [key.limiter, key.address, HOUR, limit],
  );
  if (rowCount === 1) return 0;
  const { rows } = await pool.query<{ wait: number }>(
    `select extract(epoch from min(hit) + $3 * interval '1 second' - now())::float8 as wait
     from rate_limit, unnest(hits) hit
     where limiter = $1 and address_hash = $2 and hit > now() - $3 * interval '1 second'`,
    [key.limiter, key.address, HOUR],
  );
  return Math.max(rows[0]?.wait ?? 0, 1);
}

export const rateLimits = fp<{ config: Config }>(
  async (app, { config }) => {
    const searches = new TokenBuckets(config.SEARCH_PER_SECOND, config.SEARCH_BURST);
    const perHour: Readonly<Record<Exclude<Limiter, "search">, number>> = {
      checkout: config.CHECKOUTS_PER_HOUR,
      // A person who reloads the payment step asks for another one.
      setup_intent: 3 * config.CHECKOUTS_PER_HOUR,
      lead: config.LEADS_PER_HOUR,
      login: config.LOGINS_PER_HOUR,
    };
    const secret = app.vault.derive("rate-limits");
    const waitFor = async (limiter: Limiter, ip: string): Promise<number> => {
      if (limiter === "search") return searches.take(addressKey(ip));
      if (perHour[limiter] >= UNLIMITED) return 0;
      // Who came from where is nobody's business: a keyed hash tells addresses apart.
      const address = createHmac("sha256", secret).update(addressKey(ip)).digest("base64url");
      return hitInPostgres(app.db, { limiter, address }, perHour[limiter]);
    };

    app.addHook("onRequest", async (request, reply) => {
      const limiter = LIMITED_ROUTES[`${request.method} ${request.routeOptions.url ?? ""}`];
      if (!limiter) return;
      const wait = await waitFor(limiter, request.ip);
      if (wait === 0) return;
      reply.header("retry-after", Math.ceil(wait));
      throw new Refusal("too_many_requests");
    });

    const minute = setInterval(() => searches.forget(), 60_000);
    const hour = setInterval(() => {
      app.db
        .query("delete from rate_limit where not exists (select 1 from unnest(hits) hit where hit > now() - $1 * interval '1 second')", [HOUR])
        .catch((error: unknown) => app.log.warn({ err: error }, "old hits could not be removed"));
    }, HOUR * 1_000);
    app.addHook("onClose", async () => {
      clearInterval(minute);
      clearInterval(hour);
    });
  },
  { name: "rate-limits", dependencies: ["database"] },
);
