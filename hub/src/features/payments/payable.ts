/** What is paid at once: all that an order of ours owes, or the one invoice that no order made. */

export type Payable = { readonly order_id: string; readonly invoice: null } | { readonly order_id: null; readonly invoice: string };

export const ofOrder = (order_id: string): Payable => ({ order_id, invoice: null });
export const ofInvoice = (invoice: string): Payable => ({ order_id: null, invoice });

/** What an invoice's payment is a payment of. */
export const payableOf = ({ order_id, invoice }: { readonly order_id: string | null; readonly invoice: string }): Payable => (order_id === null ? ofInvoice(invoice) : ofOrder(order_id));

/** What people call it. */
export const aboutOf = ({ order_id, invoice }: { readonly order_id: string | null; readonly invoice: string | null }): string => order_id ?? invoice ?? "";
