/** What the phone could not keep is said at once, in its own words; the rest has its place on the page. */
import { Notify } from "quasar";
import { said } from "@gigafibre/theme/language.ts";
import { storageRefusal } from "../outbox/reasons.ts";

/** @returns whether it was done */
export async function tell(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    const { reason } = storageRefusal(error);
    console.warn("not kept", error);
    Notify.create({ type: "negative", message: said(reason), attrs: { role: "alert" } });
    return false;
  }
}
