/**
 * An HTTP line that can be made to fail for one order only. The stand-ins' own faults (fixtures/faults) take the next request, whoever it is
 * about; here several orders run at once and each brings its own misfortunes, so a rule looks at what the request says before it acts.
 */
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { Agent, request } from "undici";

export interface WireCall {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  /** Path, query and body, decoded, for what a request is about. */
  readonly text: string;
  readonly body: string;
}

/**
 * - `drop_before`: cuts the line, nothing arrives.
 * - `drop_after`: the work is done, its answer is lost.
 * - `status`: answers `status` with an empty body, as a gateway in front of a dead server does.
 * - `latency`: arrives `ms` later; the only kind that lets a later rule act too.
 * - `duplicate`: arrives twice, the second time after the first was answered.
 */
export type WireFault = "drop_before" | "drop_after" | "status" | "latency" | "duplicate";

export interface WireRule {
  readonly kind: WireFault;
  readonly matches: (call: WireCall) => boolean;
  /** How many requests it takes; all until it is removed, without it. */
  readonly times?: number;
  readonly ms?: number;
  readonly status?: number;
}

interface Standing {
  readonly rule: WireRule;
  hits: number;
}

export interface Wire {
  readonly url: string;
  /** Adds a rule; the answer removes it and says how often it acted. */
  add(rule: WireRule): () => number;
  /** Cuts every call for `ms`. */
  downFor(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** Headers that belong to one connection. */
const OF_THE_CONNECTION = new Set(["connection", "keep-alive", "transfer-encoding", "content-length", "host", "expect"]);

/** @param target Where the line leads; asked at each call, for the other end may move. */
export async function openWire(target: () => string): Promise<Wire> {
  let standing: Standing[] = [];
  const agent = new Agent({ connections: 64, headersTimeout: 120_000, bodyTimeout: 120_000 });

  const take = (call: WireCall): WireRule[] => {
    const taken: WireRule[] = [];
    for (const entry of standing) {
      if (entry.rule.times !== undefined && entry.hits >= entry.rule.times) continue;
      if (!entry.rule.matches(call)) continue;
      entry.hits += 1;
      taken.push(entry.rule);
      if (entry.rule.kind !== "latency") break;
    }
    return taken;
  };

  const handle = async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const url = incoming.url ?? "/";
    const method = incoming.method ?? "GET";
    const call: WireCall = { method, path: url.split("?", 1)[0] ?? "/", text: `${decoded(url)}\n${decoded(body.toString())}`, body: body.toString() };

    let ending: WireRule | undefined;
    for (const rule of take(call)) {
      if (rule.kind === "latency") await wait(rule.ms ?? 0);
      else ending = rule;
    }
    if (ending?.kind === "drop_before") return void answer.destroy();
    if (ending?.kind === "status") return void answer.writeHead(ending.status ?? 502).end();

    const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !OF_THE_CONNECTION.has(name)));
    const send = async () => {
      const got = await request(target() + url, { method: method as "GET", headers, body: body.length > 0 ? body : null, dispatcher: agent });
      return { status: got.statusCode, headers: got.headers, body: Buffer.from(await got.body.arrayBuffer()) };
    };
    try {
      const first = await send();
      const got = ending?.kind === "duplicate" ? await send() : first;
      if (ending?.kind === "drop_after") return void answer.destroy();
      const back = Object.entries(got.headers).filter(([name]) => !OF_THE_CONNECTION.has(name));
      answer.writeHead(got.status, Object.fromEntries(back)).end(got.body);
    } catch {
      // The other end is away: so is this one.
      answer.destroy();
    }
  };

  const server: Server = createServer((incoming, answer) => {
    handle(incoming, answer).catch(() => answer.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  const wire: Wire = {
    url: `http://127.0.0.1:${port}`,
    add(rule) {
      const entry: Standing = { rule, hits: 0 };
      standing = [...standing, entry];
      return () => {
        standing = standing.filter((other) => other !== entry);
        return entry.hits;
      };
    },
    async downFor(ms) {
      const remove = wire.add({ kind: "drop_before", matches: () => true });
      await wait(ms);
      remove();
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await agent.close();
    },
  };
  return wire;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
