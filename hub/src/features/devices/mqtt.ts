/**
 * Informs from the broker. An inform is acknowledged once PostgreSQL has committed it. What is not acknowledged the broker keeps for this client, whose
 * session outlives its connection. On the protocol's packets themselves, for mqtt.js reads no further message before the last one is acknowledged.
 */
import { connect } from "node:net";
import { hostname } from "node:os";
import type { Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import type { FastifyInstance } from "fastify";
import { generate, parser } from "mqtt-packet";
import type { Packet } from "mqtt-packet";
import { deviceInform, INFORM_TOPIC, informTopic } from "@gigafibre/contracts/devices";
import type { DeviceInform } from "@gigafibre/contracts/devices";

const RETRY_MS = 1_000;
const KEEPALIVE_S = 30;
const SUBSCRIPTION = 1;

/** @returns null for what is no inform, or speaks for another device than its topic */
export function readInform(topic: string, payload: string): DeviceInform | null {
  try {
    const inform = deviceInform.safeParse(JSON.parse(payload));
    return inform.success && informTopic(inform.data.serial) === topic.toUpperCase().replace(/^DEVICE\/BOOTSTRAP\//, informTopic("")) ? inform.data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** @param keep resolves once the inform is committed */
export async function listenToInforms(app: FastifyInstance, url: string, keep: (inform: DeviceInform) => Promise<void>): Promise<void> {
  let stopping = false;
  let line: Socket | undefined;
  let listening: Promise<void> | undefined;

  async function keepAtLast(inform: DeviceInform): Promise<void> {
    for (;;) {
      try {
        return await keep(inform);
      } catch (error) {
        if (stopping) throw error;
        app.log.warn({ err: error }, "an inform could not be kept; it is tried again and not acknowledged before");
        await setTimeout(RETRY_MS);
      }
    }
  }

  /** What is said in one turn goes as one write: a batch is acknowledged at once. */
  function say(socket: Socket, answer: Packet): void {
    if (!socket.writable) return;
    if (socket.writableCorked === 0) {
      socket.cork();
      setImmediate(() => socket.uncork());
    }
    socket.write(generate(answer));
  }

  function heard(socket: Socket, packet: Packet): void {
    switch (packet.cmd) {
      case "connack":
        if (packet.returnCode !== 0) return void socket.destroy(new Error(`the broker refuses the hub (${String(packet.returnCode)})`));
        return say(socket, { cmd: "subscribe", messageId: SUBSCRIPTION, subscriptions: [{ topic: INFORM_TOPIC, qos: 1 }] });
      case "suback":
        if (packet.granted.some((granted) => granted === 128)) socket.destroy(new Error("the broker lets the hub hear no device"));
        return;
      case "publish": {
        const { topic, payload, messageId } = packet;
        const acknowledge = (): void => {
          if (messageId !== undefined) say(socket, { cmd: "puback", messageId });
        };
        const inform = readInform(topic, payload.toString());
        if (!inform) {
          app.log.warn({ topic }, "not an inform; it is let go");
          return acknowledge();
        }
        return void keepAtLast(inform).then(acknowledge, (error: unknown) => app.log.info({ err: error }, "stopped before an inform was kept; the broker sends it again"));
      }
      default:
        return;
    }
  }

  /** Resolves once the line is down. */
  function listen(): Promise<void> {
    const { protocol, hostname: host, port, username, password } = new URL(url);
    const isSecure = protocol === "mqtts:" || protocol === "ssl:";
    const to = { host, port: Number(port || (isSecure ? 8883 : 1883)) };
    const socket = isSecure ? connectTls({ ...to, servername: host }) : connect(to);
    line = socket;
    const reader = parser({ protocolVersion: 4 });
    const ping = setInterval(() => socket.write(generate({ cmd: "pingreq" })), (KEEPALIVE_S * 1000) / 2);
    return new Promise((resolve) => {
      // A broker that answers no ping is gone.
      socket.setTimeout(KEEPALIVE_S * 1000, () => socket.destroy(new Error("the broker is silent")));
      socket.once(isSecure ? "secureConnect" : "connect", () =>
        socket.write(
          generate({
            cmd: "connect", protocolId: "MQTT", protocolVersion: 4, clean: false, keepalive: KEEPALIVE_S, clientId: `hub-${hostname()}-${app.config.PORT}`,
            ...(username === "" ? {} : { username: decodeURIComponent(username), password: Buffer.from(decodeURIComponent(password)) }),
          }),
        ),
      );
      reader.on("packet", (packet: Packet) => heard(socket, packet));
      reader.on("error", (error: Error) => socket.destroy(error));
      socket.on("data", (chunk: Buffer) => void reader.parse(chunk));
      socket.on("error", (error) => app.log.warn({ err: error }, "the broker"));
      socket.once("close", () => {
        clearInterval(ping);
        resolve();
      });
    });
  }

  app.addHook("onReady", async () => {
    listening = (async () => {
      while (!stopping) {
        await listen();
        if (!stopping) await setTimeout(RETRY_MS, undefined, { ref: false });
      }
    })();
  });
  app.addHook("preClose", async () => {
    stopping = true;
    line?.destroy();
    await listening;
  });
}
