/** Where a hit leads: to its room where there is one, else to the customer it is about. */
import type { FindHit } from "@gigafibre/contracts/find";
import type { RouteLocationRaw, Router } from "vue-router";

export function opens(router: Router, { kind, doctype, name, customer }: Pick<FindHit, "kind" | "doctype" | "name" | "customer">): RouteLocationRaw {
  const whose = kind === "customer" ? name : customer;
  if (router.hasRoute(kind)) return { name: kind, params: { name } };
  if (whose !== null && router.hasRoute("customer")) return { name: "customer", params: { name: whose }, query: kind === "customer" ? {} : { document: `${doctype}/${name}` } };
  return { name: "home" };
}
