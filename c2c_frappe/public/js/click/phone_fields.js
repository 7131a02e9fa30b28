// Which fields hold phone numbers: the browser's half of the server's table. No number is read here.

const TEXT_TYPES = new Set(["Data", "Small Text", "Read Only"]);
const NEVER = new Set(["fax"]);

export function is_phone_field(doctype, df) {
	if (NEVER.has(df.fieldname)) return false;
	const is_marked =
		df.fieldtype === "Phone" || (df.options === "Phone" && TEXT_TYPES.has(df.fieldtype));
	return is_marked || (frappe.boot.c2c.fields[doctype] || []).includes(df.fieldname);
}

export function phone_fields(doctype) {
	return (frappe.get_meta(doctype)?.fields || []).filter((df) => is_phone_field(doctype, df));
}

// The tables of a form whose rows hold numbers, as Contact's phone_nos do.
export function phone_tables(doctype) {
	return frappe.get_meta(doctype).fields.filter(
		(df) => df.fieldtype === "Table" && phone_fields(df.options).length
	);
}
