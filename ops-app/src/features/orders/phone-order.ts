/** The order that is filled in, for the parts of its page. */
import { inject, provide } from "vue";
import type { InjectionKey } from "vue";
import type { PhoneDraft } from "./draft.ts";

export interface PhoneOrder {
  readonly draft: PhoneDraft;
  /** What is wrong with a field, in words; empty when nothing is. */
  readonly problem: (field: string) => string;
}

const KEY: InjectionKey<PhoneOrder> = Symbol("phone order");

export const providePhoneOrder = (order: PhoneOrder): void => provide(KEY, order);

export function usePhoneOrder(): PhoneOrder {
  const order = inject(KEY);
  if (!order) throw new Error("outside the page of an order by phone");
  return order;
}
