/**
 * Oktopus's own line between its parts. Each way of USP says there who has come (`{mqtt,ws,stomp}.usp.v1.{id}.status`), and its CWMP service who
 * informs (`cwmp.v1.{serial}.info`, of devices that it has forgotten). What an agent says unasked by WebSocket passes as if it were an answer
 * (`device.usp.v1.{id}.api`), by STOMP as if it were about itself (`stomp.usp.v1.{id}.info`): its Boot! is among them. It keeps nothing: what is
 * said while nobody listens is lost.
 */
import { connect } from "@nats-io/transport-node";
import type { Msg } from "@nats-io/transport-node";
import { bootOf } from "./usp.ts";
import type { Boot } from "./usp.ts";

const COME = "1";
const BOOTED = /<EventCode[^>]*>\s*[01] BOOT/;
const BOOTSTRAPPED = /<EventCode[^>]*>\s*0 BOOTSTRAP/;

type Heard = (message: Msg, id: string) => Boot | null;
const status: Heard = (message, id) => (message.string() === COME ? { id, afresh: false } : null);
const record: Heard = (message) => bootOf(message.data);
const inform: Heard = (message, id) => (BOOTED.test(message.string()) ? { id, afresh: BOOTSTRAPPED.test(message.string()) } : null);
const SUBJECTS: Readonly<Record<string, Heard>> = {
  "mqtt.usp.v1.*.status": status,
  "ws.usp.v1.*.status": status,
  "stomp.usp.v1.*.status": status,
  "device.usp.v1.*.api": record,
  "stomp.usp.v1.*.info": record,
  "cwmp.v1.*.info": inform,
};

export interface NatsOptions {
  readonly url: string;
  readonly hear: (boot: Boot) => Promise<void>;
  readonly say: (line: string) => void;
}

/** @returns how to stop it */
export async function hearNats({ url, hear, say }: NatsOptions): Promise<() => Promise<void>> {
  const { host, username, password } = new URL(url);
  const nats = await connect({ servers: host, maxReconnectAttempts: -1, ...(username === "" ? {} : { user: decodeURIComponent(username), pass: decodeURIComponent(password) }) });
  const listening = Object.entries(SUBJECTS).map(async ([subject, heard]) => {
    for await (const message of nats.subscribe(subject)) {
      const boot = heard(message, message.subject.split(".").at(-2) ?? "");
      if (boot) await hear(boot).catch((error: unknown) => say(`${boot.id}: ${String(error)}`));
    }
  });
  await nats.flush();
  return async () => {
    await nats.close();
    await Promise.all(listening);
  };
}
