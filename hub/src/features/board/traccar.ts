/** Where vehicles are, asked of Traccar's API (docs: https://www.traccar.org/api-reference/); nothing of it is kept. */
import { request } from "undici";
import { z } from "zod";
import type { Config } from "../../config.ts";

const devices = z.array(z.looseObject({ id: z.int(), uniqueId: z.string(), disabled: z.boolean().optional() }));
const positions = z.array(z.looseObject({ deviceId: z.int(), latitude: z.number(), longitude: z.number(), fixTime: z.coerce.date(), speed: z.number().default(0), valid: z.boolean().default(true) }));

export interface Vehicle {
  /** What the technician's `traccar_device_id` says. */
  readonly device: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly at: Date;
  readonly moving: boolean;
}

const TIMEOUT_MS = 5_000;
/** Dispatchers who look at the same time ask once. */
const FRESH_MS = 5_000;
/** Knots; slower is standing still. */
const MOVING_KNOTS = 2;

export interface Traccar {
  /** Null where none is configured, or it does not answer. */
  vehicles(): Promise<readonly Vehicle[] | null>;
}

export function traccar({ TRACCAR_URL, TRACCAR_TOKEN }: Pick<Config, "TRACCAR_URL" | "TRACCAR_TOKEN">, noted: (error: unknown) => void): Traccar {
  let last: { readonly at: number; readonly answer: Promise<readonly Vehicle[] | null> } | undefined;

  async function get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
    const { statusCode, body } = await request(`${(TRACCAR_URL ?? "").replace(/\/$/, "")}${path}`, {
      headers: { accept: "application/json", authorization: `Bearer ${TRACCAR_TOKEN ?? ""}` }, signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`Traccar ${path}: ${statusCode}`);
    return schema.parse(JSON.parse(text));
  }

  async function ask(): Promise<readonly Vehicle[] | null> {
    try {
      const [known, latest] = await Promise.all([get("/api/devices", devices), get("/api/positions", positions)]);
      const names = new Map(known.filter(({ disabled }) => disabled !== true).map(({ id, uniqueId }) => [id, uniqueId]));
      return latest.flatMap(({ deviceId, latitude, longitude, fixTime, speed, valid }) => {
        const device = names.get(deviceId);
        return device === undefined || !valid ? [] : [{ device, latitude, longitude, at: fixTime, moving: speed > MOVING_KNOTS }];
      });
    } catch (error) {
      noted(error);
      return null;
    }
  }

  return {
    vehicles() {
      if (!TRACCAR_URL || !TRACCAR_TOKEN) return Promise.resolve(null);
      if (!last || Date.now() - last.at > FRESH_MS) last = { at: Date.now(), answer: ask() };
      return last.answer;
    },
  };
}
