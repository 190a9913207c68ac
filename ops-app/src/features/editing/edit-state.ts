/**
 * What becomes of one value while a person edits it, others do too, and the server refuses. Whatever is typed stays in `typed` until the server
 * holds it or the person lets it go: by Escape, or by taking what somebody else wrote.
 */
import type { Bilingual } from "@gigafibre/contracts/language";

/** As ERPNext holds it: a Check is 0 or 1. */
export type Value = string | number | null;

export type Phase =
  | "rest"
  | "typing"
  | "saving"
  /** To be saved once the answer to what is on its way has come. */
  | "waiting"
  /** Not taken: `says` why. */
  | "refused"
  /** Somebody else wrote something else meanwhile: it is for the person to choose. */
  | "clash"
  /** Typed before the page was loaded again. */
  | "kept";

export interface Edit {
  readonly phase: Phase;
  /** What the server holds, as far as is known. */
  readonly held: Value;
  /** What it held when the person began. */
  readonly base: Value;
  readonly typed: string | null;
  /** What is on its way; an answer is to this. */
  readonly sent: string | null;
  readonly says: Bilingual | null;
}

export type EditEvent =
  | { readonly do: "open"; readonly text: string }
  | { readonly do: "type"; readonly text: string }
  | { readonly do: "cancel" }
  /** `unchanged`: what is typed is what the server holds. */
  | { readonly do: "commit"; readonly unchanged: boolean }
  | { readonly do: "refuse"; readonly says: Bilingual }
  | { readonly do: "saved"; readonly held: Value }
  | { readonly do: "clashed"; readonly held: Value }
  /** A live event, or another field's answer. */
  | { readonly do: "held"; readonly held: Value }
  | { readonly do: "choose"; readonly mine: boolean };

const nothing = { typed: null, sent: null, says: null };

export const atRest = (held: Value): Edit => ({ phase: "rest", held, base: held, ...nothing });
export const keptDraft = (held: Value, draft: Draft): Edit => ({ phase: "kept", held, base: draft.base, typed: draft.typed, sent: null, says: null });

export interface Draft {
  readonly typed: string;
  readonly base: Value;
}
/** What has to survive a reload. */
export const draftOf = ({ typed, base }: Edit): Draft | null => (typed === null ? null : { typed, base });

/** Shown as if it were held already. */
export const isOnTheWay = ({ phase }: Edit): boolean => phase === "saving" || phase === "waiting";

/** An empty value has many spellings. */
export const same = (one: Value, other: Value): boolean => (one ?? "") === (other ?? "");

export function edited(edit: Edit, event: EditEvent): Edit {
  const { phase, held, base, typed, sent } = edit;
  switch (event.do) {
    case "open":
      if (phase === "typing" || phase === "clash") return edit;
      return { ...edit, phase: "typing", base: typed === null ? held : base, typed: typed ?? event.text };
    case "type":
      return phase === "typing" || phase === "refused" || phase === "clash" ? { ...edit, phase: "typing", typed: event.text } : edit;
    case "cancel":
      return phase === "saving" || phase === "waiting" ? edit : { ...edit, phase: "rest", base: held, typed: null, says: null };
    case "commit":
      if (phase !== "typing" && phase !== "refused") return edit;
      if (sent !== null) return { ...edit, phase: "waiting", says: null };
      if (event.unchanged) return atRest(held);
      if (!same(base, held)) return { ...edit, phase: "clash", says: null };
      return { ...edit, phase: "saving", sent: typed, says: null };
    case "saved": {
      const now = { ...edit, held: event.held, sent: null };
      if (phase === "saving" || phase === "rest") return atRest(event.held);
      // Their own value is no news to them.
      if (phase === "waiting") return { ...now, phase: "saving", base: event.held, sent: typed };
      return phase === "typing" ? { ...now, base: event.held } : now;
    }
    case "refuse":
      if (phase === "saving" || phase === "typing" || phase === "refused") return { ...edit, phase: phase === "saving" ? "refused" : phase, sent: null, says: event.says };
      return phase === "waiting" ? { ...edit, phase: "saving", sent: typed } : { ...edit, sent: null };
    case "clashed":
      return { ...edit, held: event.held, sent: null, phase: phase === "saving" || phase === "waiting" ? "clash" : phase };
    case "held":
      return { ...edit, held: event.held, ...(phase === "rest" ? { base: event.held } : {}) };
    case "choose":
      if (phase !== "clash") return edit;
      if (!event.mine) return { ...edit, phase: "rest", base: held, typed: null, says: null };
      return { ...edit, base: held, says: null, ...(sent === null ? { phase: "saving", sent: typed } : { phase: "waiting" }) };
  }
}
