import type { Order } from "../orders/repository.ts";

/** What the words about an order are made from. */
export type ToldOrder = Pick<Order, "id" | "language" | "on_request" | "preferred_dates">;
