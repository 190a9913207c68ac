/** Asks before what cannot be taken back. */
import { language } from "@gigafibre/theme/language.ts";
import { useQuasar } from "quasar";
import { texts } from "./texts.ts";

export function useConfirm(): (message: string) => Promise<boolean> {
  const quasar = useQuasar();
  return (message) =>
    new Promise((resolve) => {
      const { confirm, cancel } = texts[language.value];
      quasar
        .dialog({ message, persistent: false, ok: { label: confirm, noCaps: true, flat: true, class: "action" }, cancel: { label: cancel, noCaps: true, flat: true } })
        .onOk(() => resolve(true))
        .onCancel(() => resolve(false));
    });
}
