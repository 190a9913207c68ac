/**
 * The keyboard. Keys are compared by what they write, not by where they are: on a Canadian French keyboard `/` and `?` need a shift that others
 * do not. A letter means nothing while somebody types.
 */
import type { Bilingual } from "@gigafibre/contracts/language";
import { onScopeDispose, shallowReactive } from "vue";

export interface Shortcut {
  /** `g h` is one after the other; `mod+k` is with Ctrl, or ⌘ on a Mac. */
  readonly keys: string;
  readonly says: Bilingual;
  /** While somebody types, the keys are the browser's: Ctrl-Z takes back letters. */
  readonly notWhileTyping?: true;
  /** On every page. */
  readonly everywhere?: true;
  readonly run: () => void;
}

/** How long after the first key the second still belongs to it. */
const SEQUENCE_MS = 2_000;

export const shortcuts = shallowReactive(new Set<Shortcut>());

/** While the component that calls it is shown. */
export function useShortcut(shortcut: Shortcut): void {
  shortcuts.add(shortcut);
  onScopeDispose(() => shortcuts.delete(shortcut));
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select, [role=combobox]") || target.closest("[role=dialog], [role=menu]") !== null);

let before: { key: string; at: number } | null = null;

function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey || event.repeat) return;
  const withMod = event.ctrlKey || event.metaKey;
  if (!withMod && isTyping(event.target)) return;
  const key = `${withMod ? "mod+" : ""}${event.key.toLowerCase()}`;
  const sequence = before && event.timeStamp - before.at < SEQUENCE_MS ? `${before.key} ${key}` : null;
  before = withMod || sequence ? null : { key, at: event.timeStamp };
  // Those of what was opened last come first.
  const found = [...shortcuts].reverse().find(({ keys }) => keys === sequence) ?? [...shortcuts].reverse().find(({ keys }) => keys === key);
  if (!found || (found.notWhileTyping && isTyping(event.target))) return;
  event.preventDefault();
  found.run();
}

/** While the shell is shown. */
export function listenToKeys(): void {
  window.addEventListener("keydown", pressed);
  onScopeDispose(() => window.removeEventListener("keydown", pressed));
}

const MAC = /mac/i.test(navigator.platform);

/** As they are printed on the keyboard: `Ctrl K`, `G puis H`. */
export const printed = (keys: string): string[] => keys.split(/ |\+/).map((key) => (key === "mod" ? (MAC ? "⌘" : "Ctrl") : key.length === 1 ? key.toUpperCase() : key));
