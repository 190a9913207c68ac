import { formatDay } from "@gigafibre/contracts/dates";
import type { OrderSummary } from "../orders/repository.ts";
import type { ToldOrder } from "./told-order.ts";

/** What dispatch reads, in the house's language. The place and the work, but not the person. */
export function dispatchText(order: ToldOrder, summary: Pick<OrderSummary, "address_label" | "notes">): string {
  const dates = order.preferred_dates === "contact_me" ? "appeler pour la date" : order.preferred_dates.map((date) => formatDay(date, "fr")).join(", ");
  return [
    `Nouvelle commande ${order.id}${order.on_request ? " (raccordement à construire)" : ""}`,
    summary.address_label,
    summary.notes,
    `Dates: ${dates}`,
  ].join("\n");
}
