/**
 * An HTTP server in ERPNext's place that answers what a test tells it to: for what a hub sends to ERPNext byte by byte, and for answers that
 * a well-behaved site would not give. Whatever a real site does by itself is tested against the stand-in instead.
 */
import { createServer } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { StaffSession } from "@gigafibre/contracts/session";

export interface ScriptedRequest {
  readonly method: string;
  /** Path and query as they came over the wire. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Script = (request: ScriptedRequest, response: ServerResponse) => void | Promise<void>;

export interface ScriptedErpnext {
  readonly url: string;
  /** What came in for people, but for the questions who is signed in. */
  readonly requests: ScriptedRequest[];
  /** What the hub asked on its own behalf. */
  readonly hubRequests: ScriptedRequest[];
  /** Sessions by their `sid`. */
  readonly sessions: Map<string, StaffSession>;
  /** Answers everything but who is signed in. */
  script: Script;
  /** Cuts every connection without an answer. */
  away: boolean;
  stop(): Promise<void>;
}

/** The key and secret of the hubs of testing/hub.ts. */
const HUB_AUTHORIZATION = "token key:secret";

/** @returns null when the sender gave up before the end. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch (error) {
    if (request.destroyed) return null;
    throw error;
  }
  return Buffer.concat(chunks);
}

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

export async function startScriptedErpnext(): Promise<ScriptedErpnext> {
  const erpnext: { -readonly [key in keyof ScriptedErpnext]: ScriptedErpnext[key] } = {
    url: "",
    requests: [],
    hubRequests: [],
    sessions: new Map(),
    script: (_request, response) => answerJson(response, 404, { exc_type: "DoesNotExistError" }),
    away: false,
    stop: () => new Promise((resolve) => void server.close(() => resolve()).closeAllConnections()),
  };
  const server = createServer((incoming, response) => {
    void (async () => {
      if (erpnext.away) return incoming.socket.destroy();
      const url = incoming.url ?? "/";
      const body = await bodyOf(incoming);
      if (body === null) return;
      const request = { method: incoming.method ?? "GET", url, headers: incoming.headers, body };
      if (url === "/api/method/gigafibre_fsm.api.session.whoami") {
        const session = erpnext.sessions.get(/(?:^|; )sid=([^;]*)/.exec(incoming.headers.cookie ?? "")?.[1] ?? "");
        return session ? answerJson(response, 200, { message: session }) : answerJson(response, 403, { exc_type: "PermissionError" });
      }
      (incoming.headers.authorization === HUB_AUTHORIZATION ? erpnext.hubRequests : erpnext.requests).push(request);
      return erpnext.script(request, response);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  erpnext.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return erpnext;
}
