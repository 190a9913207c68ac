/** What the phone keeps, in IndexedDB: shared by the tabs of one browser, and keyed by the person who is signed in. */
import Dexie from "dexie";
import type { DexieOptions, EntityTable } from "dexie";
import type { Bilingual } from "@gigafibre/contracts/language";
import type { VisitActionAnswer, VisitActionBody, VisitDays } from "@gigafibre/contracts/visits";

/** Why an action waits or was refused: the hub's words, or ours where no answer of the hub came. */
export interface Reason extends Bilingual {
  readonly name: string;
  /** What the hub added to act on. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface PendingAction {
  readonly id: string;
  readonly user: string;
  /** Counts up for each person of this phone. */
  readonly sequence: number;
  readonly version: number;
  readonly job: string;
  /** The job's action before this one, while the phone holds it. */
  readonly after: string | null;
  readonly made_at: string;
  readonly action: VisitActionBody;
  readonly state: "waiting" | "sending" | "done" | "refused";
  /** How the hub took it. */
  readonly outcome: VisitActionAnswer["outcome"] | null;
  readonly reason: Reason | null;
  /** How often it left without a refusal coming back: above 0 it may have arrived. */
  readonly tries: number;
  /** To be shown; what is waited for is a duration, for the phone's clock may jump. */
  readonly next_try_at: string | null;
  readonly done_at: string | null;
  /** Of a photo's file, which follows its action. */
  readonly photo: "waiting" | "refused" | "held" | null;
  /** The days that the phone carries are newer than it; for one that was kept for dispatch, that the person has seen it. */
  readonly seen: boolean;
}

/** A photo's bytes until the hub holds them all. */
export interface PhotoFile {
  readonly id: string;
  readonly user: string;
  readonly action: string;
  readonly content: ArrayBuffer;
}

/** The bundle a person carries, as it came. */
export interface CarriedDays {
  readonly user: string;
  readonly days: VisitDays;
  /** When this phone took it in, by its own clock. */
  readonly kept_at: string;
}

export interface Setting {
  readonly key: string;
  readonly value: unknown;
}

export class FieldDatabase extends Dexie {
  declare readonly actions: EntityTable<PendingAction, "id">;
  declare readonly photos: EntityTable<PhotoFile, "id">;
  declare readonly days: EntityTable<CarriedDays, "user">;
  declare readonly settings: EntityTable<Setting, "key">;

  constructor(options: DexieOptions = {}) {
    super("gigafibre-field", options);
    this.version(1).stores({
      actions: "id, &[user+sequence], [user+state], [user+job]",
      photos: "id, user, action",
      days: "user",
      settings: "key",
    });
  }
}
