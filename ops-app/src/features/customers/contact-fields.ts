/** What a Contact's rows of phones and e-mails are made of: rows have no form of their own. */
import type { MetaField } from "@gigafibre/contracts/doctype-meta";
import { texts } from "./texts.ts";

const row = { fieldtype: "Data", choices: [], description: null, default: "", length: 0, reqd: false, hidden: false, in_list_view: false, in_standard_filter: false, set_only_once: false, allow_on_submit: false, non_negative: false, writable: true };

export const contactFields = {
  phone: { ...row, fieldname: "phone", options: "Phone", label: { fr: texts.fr.phone, en: texts.en.phone } },
  email: { ...row, fieldname: "email_id", options: "Email", label: { fr: texts.fr.email, en: texts.en.email } },
} satisfies Record<string, MetaField>;
