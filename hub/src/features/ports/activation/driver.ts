/** How an ONT is let in at its OLT. By a person for now, who is given what to type; an OLT that takes it from us gets a driver of its own here. */
import type { PortActivation } from "@gigafibre/contracts/devices";

export type Port = Omit<PortActivation, "command">;

export interface OltDriver {
  /** Ready to paste. */
  command(port: Port): string;
  /** Lets it in. `by_hand` leaves it to the person who has the command. Called again with the same port it changes nothing. */
  letIn(port: PortActivation): Promise<"by_hand" | "done">;
}

/** What the OLTs of the house are told, a line each; one whose value a place lacks is left out. `OLT_COMMAND` says it otherwise. */
export const OLT_COMMAND = [
  "interface gpon {frame}/{slot}",
  "ont add {port} {ontid} sn-auth {gpon_sn_hex} omci ont-lineprofile-id {line_profile_id} desc {gpon_sn}",
  "quit",
  "service-port vlan {vlan_internet} gpon {frame}/{slot}/{port} ont {ontid} gemport 1",
  "service-port vlan {vlan_tv} gpon {frame}/{slot}/{port} ont {ontid} gemport 2",
  "service-port vlan {vlan_voip} gpon {frame}/{slot}/{port} ont {ontid} gemport 3",
].join("\n");

export function manual(template: string): OltDriver {
  return {
    command(port) {
      const values: Readonly<Record<string, string | number | null>> = { ...port, line_profile_id: port.line_profile?.replace(/^LP:/, "") ?? null };
      return template
        .split("\n")
        .flatMap((line) => {
          const lacking = [...line.matchAll(/\{(\w+)\}/g)].some(([, name = ""]) => (values[name] ?? "") === "");
          return lacking ? [] : [line.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]))];
        })
        .join("\n");
    },
    letIn: () => Promise.resolve("by_hand"),
  };
}
