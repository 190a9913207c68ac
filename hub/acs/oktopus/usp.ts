/**
 * What a USP agent says of its own start: the event `Boot!` within a notification within a record (TR-369, 1.3). Of the standard's protocol buffers
 * only what is read here is written down, by the standard's names and numbers; what else a record holds is passed over.
 */
import protobuf from "protobufjs/light.js";
import { z } from "zod";

const root = protobuf.Root.fromJSON({
  nested: {
    Record: { oneofs: { record: { oneof: ["plain", "session"] } }, fields: { from_id: { type: "string", id: 3 }, plain: { type: "Plain", id: 7 }, session: { type: "Session", id: 8 } } },
    Plain: { fields: { payload: { type: "bytes", id: 2 } } },
    Session: { fields: { payload_sar_state: { type: "uint32", id: 5 }, payload: { rule: "repeated", type: "bytes", id: 7 } } },
    Msg: { fields: { body: { type: "Body", id: 2 } } },
    Body: { fields: { request: { type: "Request", id: 1 } } },
    Request: { fields: { notify: { type: "Notify", id: 8 } } },
    Notify: { fields: { event: { type: "Event", id: 3 } } },
    Event: { fields: { obj_path: { type: "string", id: 1 }, event_name: { type: "string", id: 2 }, params: { rule: "repeated", type: "Param", id: 3 } } },
    Param: { fields: { key: { type: "string", id: 1 }, value: { type: "string", id: 2 } } },
  },
});
const RECORD = root.lookupType("Record");
const MESSAGE = root.lookupType("Msg");

const bytes = z.instanceof(Uint8Array);
const record = z.object({
  from_id: z.string().min(1),
  plain: z.object({ payload: bytes }).optional(),
  /** One in parts, of many records, is not put together: a Boot! is small. */
  session: z.object({ payload_sar_state: z.literal(0).default(0), payload: z.array(bytes).length(1) }).optional(),
});
const event = z.object({ event_name: z.string(), params: z.array(z.object({ key: z.string(), value: z.string().default("") })).default([]) });
const message = z.object({ body: z.object({ request: z.object({ notify: z.object({ event }) }) }) });

export interface Boot {
  /** The agent's, as Oktopus knows it. */
  readonly id: string;
  /** It has forgotten all it was told. */
  readonly afresh: boolean;
}

/** @returns null for what is no record, or says something else */
export function bootOf(payload: Uint8Array): Boot | null {
  const sent = record.safeParse(decoded(RECORD, payload)).data;
  const inside = sent?.plain?.payload ?? sent?.session?.payload[0];
  const said = inside && message.safeParse(decoded(MESSAGE, inside)).data?.body.request.notify.event;
  if (!sent || said?.event_name !== "Boot!") return null;
  return { id: sent.from_id, afresh: said.params.some(({ key, value }) => key === "Cause" && value.endsWith("FactoryReset")) };
}

function decoded(type: protobuf.Type, payload: Uint8Array): unknown {
  try {
    return type.toObject(type.decode(payload), { bytes: Uint8Array });
  } catch (error) {
    // Bytes of something else end too early, or have types that do not exist.
    if (error instanceof Error) return null;
    throw error;
  }
}
