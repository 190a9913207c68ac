/**
 * Oktopus's own line between its parts. Each way of USP says there who has come (`{mqtt,ws,stomp}.usp.v1.{id}.status`), and its CWMP service who
 * informs (`cwmp.v1.{serial}.info`, of devices that it has forgotten). It keeps nothing: what is said while nobody listens is lost.
 */
import { connect } from "@nats-io/transport-node";

const SUBJECTS = ["mqtt.usp.v1.*.status", "ws.usp.v1.*.status", "stomp.usp.v1.*.status", "cwmp.v1.*.info"];
const COME = "1";
const BOOTED = /<EventCode[^>]*>\s*[01] BOOT/;

export interface NatsOptions {
  readonly url: string;
  readonly hear: (id: string) => Promise<void>;
  readonly say: (line: string) => void;
}

/** @returns how to stop it */
export async function hearNats({ url, hear, say }: NatsOptions): Promise<() => Promise<void>> {
  const { host, username, password } = new URL(url);
  const nats = await connect({ servers: host, maxReconnectAttempts: -1, ...(username === "" ? {} : { user: decodeURIComponent(username), pass: decodeURIComponent(password) }) });
  const listening = SUBJECTS.map(async (subject) => {
    for await (const message of nats.subscribe(subject)) {
      const [id, said] = [message.subject.split(".").at(-2) ?? "", message.string()];
      if (subject.endsWith(".info") ? !BOOTED.test(said) : said !== COME) continue;
      await hear(id).catch((error: unknown) => say(`${id}: ${String(error)}`));
    }
  });
  await nats.flush();
  return async () => {
    await nats.close();
    await Promise.all(listening);
  };
}
