/**
 * Informs from the broker. An inform is acknowledged once PostgreSQL has committed it: the library sends PUBACK when `handleMessage` calls back, and
 * reads no other message before. What is not acknowledged the broker keeps for this client, whose session outlives its connection.
 */
import { hostname } from "node:os";
import { setTimeout } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import mqtt from "mqtt";
import { deviceInform, INFORM_TOPIC, informTopic } from "@gigafibre/contracts/devices";
import type { DeviceInform } from "@gigafibre/contracts/devices";

const RETRY_MS = 1_000;

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

  let client: mqtt.MqttClient | undefined;
  app.addHook("onReady", async () => {
    client = mqtt.connect(url, { clientId: `hub-${hostname()}-${app.config.PORT}`, clean: false, reconnectPeriod: RETRY_MS, manualConnect: true });
    client.handleMessage = (packet, done) => {
      const inform = readInform(packet.topic, packet.payload.toString());
      if (!inform) {
        app.log.warn({ topic: packet.topic }, "not an inform; it is let go");
        return done();
      }
      // Without `done` there is no acknowledgement.
      keepAtLast(inform).then(
        () => done(),
        (error: unknown) => app.log.info({ err: error }, "stopped before an inform was kept; the broker sends it again"),
      );
    };
    client.on("connect", () => client?.subscribe(INFORM_TOPIC, { qos: 1 }));
    client.on("error", (error) => app.log.warn({ err: error }, "the broker"));
    client.connect();
  });
  app.addHook("preClose", async () => {
    stopping = true;
    await client?.endAsync(true);
  });
}
