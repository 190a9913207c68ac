/**
 * The order that is taken on the phone, kept in this browser under the agent's name until it is accepted: a reload or a refusal loses nothing. One
 * draft has one key, so that nothing pressed twice makes a second order.
 */
import { addressDetails } from "@gigafibre/contracts/addresses";
import { language } from "@gigafibre/contracts/language";
import { reactive, watch } from "vue";
import { z } from "zod";

const draft = z.object({
  key: z.string(),
  address: addressDetails.nullable(),
  internet: z.string().nullable(),
  commitment_months: z.literal([0, 24, 36]),
  tv: z.string().nullable(),
  tv_addons: z.array(z.string()),
  tv_boxes: z.number(),
  phone_lines: z.number(),
  keep_number: z.string(),
  e911_accepted: z.boolean(),
  /** The Customer it is for, where they are one; and whether their first TV box is still due. */
  existing: z.object({ name: z.string(), customer_name: z.string(), free_tv_box: z.boolean() }).nullable(),
  name: z.string(),
  email: z.string(),
  phone: z.string(),
  language,
  dates: z.array(z.string()),
  contact_me: z.boolean(),
  special: z.boolean(),
  special_reason: z.string(),
  link: z.enum(["none", "email", "sms", "both"]),
});
export type PhoneDraft = z.infer<typeof draft>;

export const emptyDraft = (): PhoneDraft => ({
  key: `phone_${crypto.randomUUID()}`,
  address: null,
  internet: null,
  commitment_months: 0,
  tv: null,
  tv_addons: [],
  tv_boxes: 1,
  phone_lines: 0,
  keep_number: "",
  e911_accepted: false,
  existing: null,
  name: "",
  email: "",
  phone: "",
  language: "fr",
  dates: [],
  contact_me: false,
  special: false,
  special_reason: "",
  link: "both",
});

export interface KeptDraft {
  readonly draft: PhoneDraft;
  readonly startOver: () => void;
}

/** While the component that calls it is shown. */
export function usePhoneDraft(user: string, storage: Storage = localStorage): KeptDraft {
  const at = `gigafibre-ops-order:${user}`;
  const kept = draft.safeParse(JSON.parse(storage.getItem(at) ?? "null"));
  const now = reactive(kept.success ? kept.data : emptyDraft());
  watch(now, () => storage.setItem(at, JSON.stringify(now)), { deep: true, flush: "sync" });
  return { draft: now, startOver: () => void Object.assign(now, emptyDraft()) };
}
