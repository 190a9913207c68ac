/** What this person changed on this page, last first: a snack with "Annuler" after each, and Ctrl-Z. */
import type { Bilingual } from "@gigafibre/contracts/language";
import { language, said } from "@gigafibre/theme/language.ts";
import { Notify } from "quasar";
import { queryClient } from "../../query-client.ts";
import { Refusal } from "../../refusal.ts";
import type { Value } from "./edit-state.ts";
import { saveValue } from "./save.ts";
import type { FieldAt } from "./save.ts";
import { useShortcut } from "../shell/shortcuts.ts";
import { refusedAtField, texts } from "./texts.ts";

export interface Change {
  readonly at: FieldAt;
  readonly label: Bilingual;
  readonly before: Value;
  readonly after: Value;
}

const REMEMBERED = 50;
const SHOWN_MS = 6_000;
const changes: Change[] = [];
let snack: ReturnType<typeof Notify.create> | undefined;

/** One snack: the last word, in the place of the one before. */
function say(message: string, undo?: () => void): void {
  const said = { message, timeout: SHOWN_MS, actions: undo ? [{ label: texts[language.value].undo, color: "white", handler: undo }] : [] };
  if (snack) snack(said);
  else snack = Notify.create({ ...said, group: false, onDismiss: () => (snack = undefined) });
}

export function changed(change: Change): void {
  changes.push(change);
  if (changes.length > REMEMBERED) changes.shift();
  say(texts[language.value].saved(said(change.label)), () => void undo(change));
}

/** Ctrl-Z, while the shell is shown. */
export const useUndo = (): void =>
  useShortcut({
    keys: "mod+z", says: { fr: texts.fr.undo_last, en: texts.en.undo_last }, notWhileTyping: true, everywhere: true,
    run: () => {
      const last = changes.at(-1);
      if (last) void undo(last);
    },
  });

async function undo(change: Change): Promise<void> {
  const t = texts[language.value];
  const label = said(change.label);
  changes.splice(changes.indexOf(change), 1);
  try {
    const outcome = await saveValue(queryClient, change.at, change.before, change.after);
    say(outcome.kind === "saved" ? t.undone(label) : t.undo_clash(label));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    changes.push(change);
    say(`${label}: ${said(refusedAtField(error))}`);
  }
}
