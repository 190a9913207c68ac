import { formatPhone } from "@gigafibre/contracts/format-phone";
import type { SiteConfig } from "@gigafibre/contracts/site";
import { onMounted, shallowRef } from "vue";
import type { ShallowRef } from "vue";
import { ask } from "../../hub-request.ts";

let asked: Promise<SiteConfig> | undefined;

/** `GET /api/site-config`, once; after a failure the next call asks again. */
export function loadSiteConfig(): Promise<SiteConfig> {
  asked ??= ask<SiteConfig>({ url: "/api/site-config" }).catch((error: unknown) => {
    asked = undefined;
    throw error;
  });
  return asked;
}

/** The phone number to call, once known; a page that cannot learn it does without. */
export function usePhoneNumber(): Readonly<ShallowRef<string | null>> {
  const number = shallowRef<string | null>(null);
  onMounted(() => {
    loadSiteConfig().then(
      (config) => (number.value = formatPhone(config.phone_number)),
      () => (number.value = null),
    );
  });
  return number;
}

export function telLink(number: string): string {
  const digits = number.replace(/\D/g, "");
  return `tel:+${digits.length === 10 ? `1${digits}` : digits}`;
}
