/** Who is signed in, by ERPNext's own session. `GET /api/session`. */
import { z } from "zod";

export const ROLES = { agent: "Ops Agent", dispatcher: "Dispatcher", technician: "Field Technician", hub: "Hub Service" } as const;

export const staffSession = z.object({ user: z.string(), full_name: z.string(), roles: z.array(z.string()) });
export type StaffSession = z.infer<typeof staffSession>;

/** Someone who may take orders by phone. */
export function isAgent(session: StaffSession): boolean {
  return session.roles.some((role) => role === ROLES.agent || role === ROLES.dispatcher || role === "System Manager");
}
