import { formatDay } from "@gigafibre/contracts/dates";
import { isGsm } from "@gigafibre/contracts/sms-segments";
import type { ToldOrder } from "./told-order.ts";

/** The text in GSM's alphabet: "août" becomes "aout". */
export function toGsm7(text: string): string {
  return [...text.replace(/[\u00a0\u202f]/g, " ").replaceAll("’", "'")]
    .map((character) => (isGsm(character) ? character : character.normalize("NFD").replace(/\p{M}/gu, "")))
    .filter(isGsm)
    .join("");
}

/**
 * The confirmation. It ends with the order's number: that is how a message already sent is recognised.
 * @param payUrl what an agent's customer pays with, or null
 */
export function orderSms(order: ToldOrder, payUrl: string | null): string {
  return toGsm7(`${order.language === "fr" ? french(order, payUrl) : english(order, payUrl)} Gigafibre, ${order.id}`);
}

function french({ on_request, preferred_dates }: ToldOrder, payUrl: string | null): string {
  if (payUrl !== null) return `Votre commande est confirmée! Payez ici: ${payUrl}`;
  if (on_request) return "Commande confirmée! Votre raccordement est à construire: nous vous appelons pour la date.";
  const first = firstOf(preferred_dates);
  if (first === undefined) return "Commande confirmée! Pour l'installation, nous vous appelons pour la date.";
  return `Commande confirmée! Installation prévue le ${formatDay(first, "fr")} (à confirmer).`;
}

function english({ on_request, preferred_dates }: ToldOrder, payUrl: string | null): string {
  if (payUrl !== null) return `Your order is confirmed! Pay here: ${payUrl}`;
  if (on_request) return "Order confirmed! Your fibre drop has yet to be built: we will call you about the date.";
  const first = firstOf(preferred_dates);
  if (first === undefined) return "Order confirmed! We will call you about the installation date.";
  return `Order confirmed! Installation planned for ${formatDay(first, "en")} (to be confirmed).`;
}

function firstOf(dates: ToldOrder["preferred_dates"]): string | undefined {
  return dates === "contact_me" ? undefined : dates[0];
}
