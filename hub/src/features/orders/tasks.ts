/** What has to be done for an installation, in order, and by which team. */
import { oltPort } from "../ports/ports.ts";
import type { Drop } from "../ports/ports.ts";

export interface InstallationTask {
  readonly subject: string;
  readonly team: "support" | "dispatch" | "tech";
}

/** How the task is called that lets the ONT in at its OLT; what its name begins with, where no port is named. */
export const oltTask = (at: Parameters<typeof oltPort>[0] | null): string => `Activer port OLT - ${at ? oltPort(at) : ""}`;

export function installationTasks(order: { drop: Pick<Drop, "frame" | "slot" | "port" | "on_request">; phoneLines: number }): InstallationTask[] {
  return [
    ...(order.drop.on_request ? [{ subject: "Construire le raccordement", team: "dispatch" } as const] : []),
    { subject: "Préparer équipement", team: "support" },
    { subject: "Assigner technicien", team: "dispatch" },
    { subject: oltTask(order.drop), team: "support" },
    { subject: "Configurer WiFi", team: "support" },
    ...(order.phoneLines > 0 ? [{ subject: "Configurer VoIP", team: "support" } as const] : []),
    { subject: "Installation sur site", team: "tech" },
    { subject: "Vérifier signal ONT", team: "tech" },
    { subject: "Confirmer service fonctionnel", team: "tech" },
  ];
}
