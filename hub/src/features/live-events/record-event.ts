import type pg from "pg";
import type { EventKind } from "@gigafibre/contracts/events";

export interface RecordedEvent {
  /** What is told once: a second event with the same key is no event. */
  readonly key: string;
  readonly kind: EventKind;
  readonly doctype: string;
  readonly name: string;
  /** ERPNext users to tell besides dispatchers and agents. */
  readonly audience?: readonly string[];
}

/** The channel on which writers say that events wait for their id. */
export const EVENTS_WAITING = "events_waiting";

/**
 * Tells live streams what happened, if and when the caller's transaction commits. Idempotent by key.
 * The event has no id yet: the sequencer gives it once it is committed.
 */
export const recordEvent = (client: pg.ClientBase, event: RecordedEvent): Promise<void> => recordEvents(client, [event]);

/** Many at once, each by its own key. */
export async function recordEvents(client: pg.ClientBase, events: readonly RecordedEvent[]): Promise<void> {
  if (events.length === 0) return;
  await client.query(
    `with told as (
       insert into event_log (key, kind, doctype, name, audience)
       select key, kind, doctype, name, array(select jsonb_array_elements_text(audience))
       from jsonb_to_recordset($1::jsonb) as event (key text, kind text, doctype text, name text, audience jsonb)
       on conflict (key) do nothing
       returning 1
     )
     select pg_notify('${EVENTS_WAITING}', '') from told limit 1`,
    [JSON.stringify(events.map((event) => ({ ...event, audience: event.audience ?? [] })))],
  );
}
