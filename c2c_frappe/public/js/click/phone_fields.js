// Which fields hold phone numbers, by the server's table (phone_book/record_numbers.py), which comes at boot. No number is
// read here.
import { settings } from "../frappe_desk";

export function is_phone_field(doctype, { fieldname, fieldtype, options }) {
	const { never, text_types, unmarked } = settings().phone_fields;
	if (never.includes(fieldname)) return false;
	const is_marked = fieldtype === "Phone" || (options === "Phone" && text_types.includes(fieldtype));
	return is_marked || Boolean(unmarked[doctype]?.includes(fieldname));
}

export function phone_fields(doctype) {
	return (frappe.get_meta(doctype)?.fields || []).filter((df) => is_phone_field(doctype, df));
}

export const has_numbers = (doctype) => phone_fields(doctype).length > 0 || phone_tables(doctype).length > 0;

// The tables of a form whose rows hold numbers, as Contact's phone_nos do.
export function phone_tables(doctype) {
	return frappe.get_meta(doctype).fields.filter(
		(df) => df.fieldtype === "Table" && phone_fields(df.options).length
	);
}
