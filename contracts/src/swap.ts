/** A dead device is replaced: same place, another serial; what it was told, and its port, follow. `POST /api/calls/swap` */
import { z } from "zod";
import { callId, documentName, reasonText } from "./calls.ts";
import { gponSerial, macAddress } from "./labels.ts";

const upper = (value: string): string => value.trim().toUpperCase();

export const swapRequest = z.strictObject({
  id: callId,
  /** The Service Equipment that goes. */
  equipment: documentName,
  becomes: z.enum(["Défectueux", "Retourné"]),
  serial_number: z.string().transform(upper).pipe(z.string().regex(/^[A-Z0-9][A-Z0-9._/-]{3,63}$/, "invalid")).nullable(),
  gpon_sn: z.string().transform(upper).pipe(gponSerial).nullable(),
  mac_address: z.string().transform((value) => upper(value).replace(/[\s:.-]/g, "")).pipe(macAddress).nullable(),
  brand: z.string().trim().max(64).optional(),
  model: z.string().trim().max(64).optional(),
  reason: reasonText.optional(),
});
export type SwapRequest = z.infer<typeof swapRequest>;
