/** Below which light is weak, and below which it is critical: a copy of what Gigafibre Settings say. */
import fp from "fastify-plugin";
import { thresholds } from "./facts.ts";

type Thresholds = Awaited<ReturnType<typeof thresholds>>;

declare module "fastify" {
  interface FastifyInstance {
    /** null while ERPNext was never asked. */
    signalThresholds(): Promise<Thresholds | null>;
  }
}

export const signalThresholds = fp(
  async (app) => {
    const copy = app.keepSnapshot("signal-thresholds", () => thresholds(app.erpnext));
    app.decorate("signalThresholds", async () => copy.known ?? copy.get());
  },
  { name: "signal-thresholds", dependencies: ["snapshots", "erpnext"] },
);
