/** The line between a phone and the hub: it can be cut, and then not even the service worker reaches anybody. */
import { createServer, request as httpRequest } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { Socket } from "node:net";

export interface Line {
  readonly url: string;
  /** What a new version of the hub would send: added to the end of a file. */
  readonly added: Map<string, string>;
  cut(): Promise<void>;
  restore(): Promise<void>;
  close(): Promise<void>;
}

const without = (headers: IncomingHttpHeaders, ...names: readonly string[]): IncomingHttpHeaders => Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));

export async function openLine(hubUrl: string): Promise<Line> {
  const hub = new URL(hubUrl);
  const sockets = new Set<Socket>();
  const added = new Map<string, string>();
  const server = createServer((incoming, outgoing) => {
    const more = added.get(incoming.url ?? "");
    const headers = more === undefined ? incoming.headers : without(incoming.headers, "accept-encoding", "if-none-match", "if-modified-since");
    const onward = httpRequest({ host: hub.hostname, port: hub.port, method: incoming.method, path: incoming.url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, more === undefined ? answer.headers : without(answer.headers, "content-length", "etag", "last-modified"));
      if (more === undefined) return void answer.pipe(outgoing);
      answer.pipe(outgoing, { end: false });
      answer.on("end", () => outgoing.end(more));
    });
    onward.on("error", () => outgoing.destroy());
    outgoing.on("close", () => onward.destroy());
    incoming.pipe(onward);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const listen = (port: number): Promise<void> => new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  const stop = (): Promise<void> => {
    if (!server.listening) return Promise.resolve();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    return closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return { added, url: `http://127.0.0.1:${port}`, cut: stop, restore: () => listen(port), close: stop };
}
