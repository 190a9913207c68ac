/** What a chosen address leads to: the order, or an explanation on the page it was asked on. */
import type { AddressDetails } from "@gigafibre/contracts/addresses";
import { ref, shallowRef } from "vue";
import type { Ref, ShallowRef } from "vue";
import { refusalOf } from "../../hub-request.ts";
import type { Refusal } from "../../hub-request.ts";
import { useDraft } from "../orders/draft.ts";
import { addressDetails } from "./search.ts";

export interface AddressCheck {
  readonly checking: Readonly<Ref<boolean>>;
  readonly address: Readonly<ShallowRef<AddressDetails | null>>;
  readonly refusal: Readonly<ShallowRef<Refusal | null>>;
  /** Looks an address up. Null when it could not be, or when another was asked for since. */
  check(uuid: string): Promise<AddressDetails | null>;
  forget(): void;
}

export function canOrder({ status }: Pick<AddressDetails, "status">): boolean {
  return status === "available" || status === "on_request";
}

export function useAddressCheck(): AddressCheck {
  const checking = ref(false);
  const address = shallowRef<AddressDetails | null>(null);
  const refusal = shallowRef<Refusal | null>(null);
  let latest = 0;

  async function check(uuid: string): Promise<AddressDetails | null> {
    const mine = (latest += 1);
    checking.value = true;
    refusal.value = null;
    try {
      const found = await addressDetails(uuid);
      if (mine !== latest) return null;
      address.value = found;
      return found;
    } catch (thrown) {
      if (mine === latest) refusal.value = refusalOf(thrown);
      return null;
    } finally {
      if (mine === latest) checking.value = false;
    }
  }

  function forget(): void {
    latest += 1;
    checking.value = false;
    address.value = null;
    refusal.value = null;
  }

  return { checking, address, refusal, check, forget };
}

/** Takes an address into the order being filled in; what was chosen for another place stays, where it can be had. */
export function orderAt(address: AddressDetails): void {
  useDraft().draft.address = address;
}
