/** One value of one document on a page: what it shows, how it is edited, and what becomes of what is typed. */
import type { MetaField } from "@gigafibre/contracts/doctype-meta";
import { language, said } from "@gigafibre/theme/language.ts";
import { useQueryClient } from "@tanstack/vue-query";
import { computed, shallowRef, watch } from "vue";
import type { ComputedRef, ShallowRef } from "vue";
import { Refusal } from "../../refusal.ts";
import { usePersonName } from "../session/people.ts";
import { useSession } from "../session/session.ts";
import { useDocument } from "./document.ts";
import { draftAt, keepDraft } from "./drafts.ts";
import { atRest, draftOf, edited, isOnTheWay, keptDraft, same } from "./edit-state.ts";
import type { Edit, EditEvent } from "./edit-state.ts";
import { useMeta } from "./meta.ts";
import { heldAt, saveValue, spelled } from "./save.ts";
import type { FieldAt, RowAt } from "./save.ts";
import { refusedAtField } from "./texts.ts";
import { changed } from "./undo.ts";
import { editorOf, readTyped, shownValue, typedOf, valueOf } from "./values.ts";
import type { EditorKind } from "./values.ts";

export interface FieldProps {
  readonly doctype: string;
  readonly name: string;
  readonly fieldname: string;
  /** A value in a row of one of its tables. */
  readonly row?: RowAt | undefined;
  /** Of a row's field, which is none of the document's own. */
  readonly as?: MetaField | undefined;
}

export interface EditedField {
  readonly edit: Readonly<ShallowRef<Edit>>;
  readonly field: ComputedRef<MetaField | undefined>;
  readonly editor: ComputedRef<EditorKind>;
  readonly label: ComputedRef<string>;
  readonly writable: ComputedRef<boolean>;
  /** What stands there: what is on its way already. */
  readonly shown: ComputedRef<string>;
  readonly heldShown: ComputedRef<string>;
  readonly typedShown: ComputedRef<string>;
  /** Who wrote what is held, while it is asked about; empty where ERPNext does not say. */
  readonly by: ComputedRef<string>;
  readonly open: () => void;
  readonly type: (text: string) => void;
  readonly cancel: () => void;
  readonly commit: () => void;
  readonly choose: (mine: boolean) => void;
}

export function useField(props: FieldProps): EditedField {
  const client = useQueryClient();
  const session = useSession();
  const { document } = useDocument(() => props.doctype, () => props.name);
  const { meta, field: fieldOf } = useMeta(() => props.doctype);
  const field = computed(() => props.as ?? fieldOf(props.fieldname));
  const at = computed<FieldAt>(() => ({ doctype: props.doctype, name: props.name, fieldname: props.fieldname, row: props.row }));
  const held = computed(() => heldAt(document.value, at.value));
  const editor = computed(() => (field.value ? editorOf(field.value) : "none"));

  const writable = computed(() => {
    const described = field.value;
    if (!meta.value || !document.value || !described || editor.value === "none") return false;
    const own = fieldOf(props.row ? props.row.table : props.fieldname);
    const docstatus = Number(valueOf(document.value, "docstatus") ?? 0);
    if (!own?.writable || !described.writable || docstatus === 2 || (docstatus === 1 && !own.allow_on_submit)) return false;
    return !(described.set_only_once && !same(held.value, null));
  });

  const what = computed(() => spelled(at.value));
  const edit = shallowRef<Edit>(atRest(null));
  const user = session.who?.user ?? "";

  function begin(): void {
    const draft = draftAt(user, what.value);
    edit.value = draft ? keptDraft(held.value, draft) : atRest(held.value);
  }
  watch(what, begin, { immediate: true });
  watch([held, field], ([now]) => {
    apply({ do: "held", held: now });
    // What was kept may have arrived all the same.
    if (edit.value.phase === "kept" && field.value && document.value && edit.value.typed === textOf()) apply({ do: "cancel" });
  }, { flush: "sync" });

  function textOf(): string {
    return field.value ? typedOf(field.value, held.value, language.value) : "";
  }

  function apply(event: EditEvent): void {
    const before = edit.value;
    const now = edited(before, event);
    edit.value = now;
    if (now.typed !== before.typed || !same(now.base, before.base)) keepDraft(user, what.value, draftOf(now));
    if (now.phase === "saving" && before.phase !== "saving") void send(now);
  }

  async function send({ sent, base }: Edit): Promise<void> {
    const described = field.value;
    if (!described || sent === null) return;
    const read = readTyped(described, sent);
    if (!read.ok) return apply({ do: "refuse", says: read.says });
    const where = at.value;
    try {
      const outcome = await saveValue(client, where, read.value, base);
      if (outcome.kind === "clash") return apply({ do: "clashed", held: outcome.held });
      apply({ do: "saved", held: outcome.held });
      changed({ at: { ...where, row: outcome.row }, label: described.label, before: base, after: outcome.held });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      apply({ do: "refuse", says: refusedAtField(error) });
    }
  }

  const shownOf = (text: string | null): string => {
    if (text === null || !field.value) return "";
    const read = readTyped(field.value, text);
    return read.ok ? shownValue(field.value, read.value, language.value) : text;
  };
  const heldShown = computed(() => shownValue(field.value, held.value, language.value));
  return {
    edit,
    field,
    editor,
    label: computed(() => (field.value ? said(field.value.label) : props.fieldname)),
    writable,
    shown: computed(() => (isOnTheWay(edit.value) ? shownOf(edit.value.typed) : heldShown.value)),
    heldShown,
    typedShown: computed(() => shownOf(edit.value.typed)),
    by: usePersonName(() => (edit.value.phase === "clash" ? String(valueOf(document.value, "modified_by") ?? "") : null)),
    open: () => apply({ do: "open", text: textOf() }),
    type: (text) => apply({ do: "type", text }),
    cancel: () => apply({ do: "cancel" }),
    commit: () => apply({ do: "commit", unchanged: edit.value.typed === textOf() }),
    choose: (mine) => apply({ do: "choose", mine }),
  };
}
