/** Customers by what is said of them, to choose one. */
import { findAnswer } from "@gigafibre/contracts/find";
import { askHub } from "../../hub-request.ts";

export async function findCustomers(text: string, signal: AbortSignal): Promise<{ key: string; title: string; detail: string }[]> {
  const { hits } = await askHub(findAnswer, `/api/find?${new URLSearchParams({ q: text }).toString()}`, { signal });
  return hits.filter(({ kind }) => kind === "customer").map(({ name, title, detail }) => ({ key: name, title, detail }));
}
