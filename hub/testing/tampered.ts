/**
 * A neighbour whose answers are altered on the way, for what its stand-in cannot be brought to say: a queue without workers, a clock that is
 * wrong, an account without a number.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Tampered {
  readonly url: string;
  /** Alters what is answered on paths that hold `part`; null takes the alteration back. */
  alter(part: string, change: ((body: Record<string, unknown>) => unknown) | null): void;
  stop(): Promise<void>;
}

export async function tamperedWith(url: string): Promise<Tampered> {
  let altered: { part: string; change: (body: Record<string, unknown>) => unknown } | null = null;
  const server = createServer((incoming, response) => {
    void (async () => {
      const path = incoming.url ?? "/";
      const headers = new Headers();
      for (const name of ["authorization", "cookie", "accept", "content-type"] as const) {
        const value = incoming.headers[name];
        if (typeof value === "string") headers.set(name, value);
      }
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const answer = await fetch(url + path, { method: incoming.method ?? "GET", headers, ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}) });
      const text = await answer.text();
      const body = altered && path.includes(altered.part) ? JSON.stringify(altered.change(JSON.parse(text) as Record<string, unknown>)) : text;
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "application/json" }).end(body);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    alter: (part, change) => {
      altered = change && { part, change };
    },
    stop: () => new Promise((resolve) => void server.close(() => resolve()).closeAllConnections()),
  };
}
