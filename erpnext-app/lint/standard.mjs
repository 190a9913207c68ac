// What the app uses of Frappe's and ERPNext's own: a name that is not here is a typing error until someone looks it up and adds it.

/** DocTypes that a Link or a customization may name. */
export const STANDARD_DOCTYPES = new Set([
  "Account",
  "Company",
  "Contact",
  "Customer",
  "Customer Group",
  "Holiday List",
  "Issue",
  "Item",
  "Item Price",
  "Lead",
  "Mode of Payment",
  "Payment Entry",
  "Project",
  "Sales Invoice",
  "Sales Taxes and Charges Template",
  "Task",
  "User",
]);

/** Their own fields that rules, fetches and customizations name. */
export const STANDARD_FIELDS = {
  Customer: ["customer_name", "customer_group", "image", "mobile_no", "primary_address", "territory"],
  "Customer Group": ["customer_group_name", "parent_customer_group", "is_group"],
  Issue: ["issue_split_from", "raised_by", "status", "subject"],
  Item: ["image", "item_name"],
  Lead: ["request_type", "status"],
  "Payment Entry": ["clearance_date", "payment_type"],
  Project: ["customer"],
  "Sales Invoice": ["discount_amount", "project"],
  Task: ["is_group", "priority"],
  User: ["full_name"],
};

/** Roles that come with Frappe and ERPNext. */
export const STANDARD_ROLES = new Set([
  "Accounts Manager",
  "Accounts User",
  "Desk User",
  "HR Manager",
  "Inbox User",
  "Projects User",
  "Sales Master Manager",
  "Sales User",
  "Support Team",
  "System Manager",
]);

export const SUBMITTABLE = new Set(["Sales Invoice", "Payment Entry"]);
export const WEBHOOK_EVENTS = new Set(["after_insert", "on_update", "on_submit", "on_cancel", "on_trash", "on_change"]);

export const isStandardField = (doctype, field) => (STANDARD_FIELDS[doctype] ?? []).includes(field);

/** What ERPNext says in French already, in the sense meant here. */
export const STANDARD_TEXTS = new Set(
  ("Accounting|Active|Address|Amount|Brand|Cancelled|Charges|City|Company|Completed|Customer|Date|Description|Disabled|Discount|Discounts|Done|" +
    "Fee|Friday|In Progress|Item|Key|Label|Latitude|Longitude|Model|Monday|Notes|Origin|Other|Parameters|Path|Pending|Price|Project|Quantity|" +
    "Rate|Saturday|Status|Sunday|Suspended|Tag|Thursday|Tuesday|User|Value|Wednesday").split("|"),
);
