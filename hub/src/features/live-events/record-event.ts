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
export async function recordEvent(client: pg.ClientBase, event: RecordedEvent): Promise<void> {
  await client.query(
    `with told as (
       insert into event_log (key, kind, doctype, name, audience) values ($1, $2, $3, $4, $5)
       on conflict (key) do nothing
       returning 1
     )
     select pg_notify('${EVENTS_WAITING}', '') from told`,
    [event.key, event.kind, event.doctype, event.name, event.audience ?? []],
  );
}
