import { expect } from "@playwright/test";
import type { APIRequestContext } from "@playwright/test";
import type { AddressDetails, AddressStatus, AddressSuggestion } from "@gigafibre/contracts/addresses";

const WORDS = ["principale", "rang saint-charles", "montee", "chemin", "rue des", "route", "church", "saint-jean", "boulevard", "avenue", "notre-dame", "lac"];

/** An address of the demo register in the wanted state, found as a person would: by the search. */
export async function anAddress(request: APIRequestContext, status: AddressStatus, more: { minSpeed?: number } = {}): Promise<AddressDetails> {
  for (const word of WORDS) {
    for (let number = 1; number < 400; number += 37) {
      const found = await request.get("/api/address", { params: { q: `${number} ${word}`, limit: "8" } });
      expect(found.ok()).toBe(true);
      const { results } = (await found.json()) as { results: AddressSuggestion[] };
      for (const { uuid } of results) {
        const address = (await (await request.get(`/api/address/${uuid}`)).json()) as AddressDetails;
        if (address.status === status && (address.max_speed_mbps ?? 0) >= (more.minSpeed ?? 0)) return address;
      }
    }
  }
  throw new Error(`no ${status} address found in the demo register`);
}

/** The address as a hurried person types it: no accents, no capitals, one letter too few, the town left in. */
export function misspelt(address: AddressDetails): string {
  const plain = `${address.rue} ${address.ville}`.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("-", " ");
  const longest = plain.split(" ").filter((word) => /^[a-z]+$/.test(word)).sort((a, b) => b.length - a.length)[0] ?? "";
  const cut = Math.floor(longest.length / 2);
  return plain.replace(longest, longest.slice(0, cut) + longest.slice(cut + 1));
}
