// A phone icon beside the numbers in the cells of lists and of report views. What Frappe draws is drawn by
// Frappe; these add to it.
import { is_phone_field } from "../click/phone_fields";
import { record_button } from "../click/record_button";
import { wrap_list_cell, wrap_report_column } from "../patches";

export function add_list_icons() {
	wrap_list_cell(draw_list_cell);
	wrap_report_column(build_report_column);
}

function draw_list_cell({ doctype }, drawn, column, doc, ...rest) {
	const { df } = column;
	if (!df || !is_phone_field(doctype, df) || !doc[df.fieldname]) return drawn(column, doc, ...rest);
	const formatter = (value) => with_icon(doctype, doc.name, df, value, frappe.utils.escape_html(value));
	return drawn({ ...column, df: { ...df, formatter } }, doc, ...rest);
}

function build_report_column({ doctype }, built, ...args) {
	const column = built(...args);
	const df = column?.docfield;
	if (df?.parent !== doctype || !is_phone_field(doctype, df)) return column;
	const { format } = column;
	column.format = (value, row, ...rest) => {
		// The row of a total, and the one of filters, are no record's.
		const name = Array.isArray(row) && row.find((cell) => cell.doctype === doctype && cell.name)?.name;
		const text = format(value, row, ...rest);
		return value && name ? with_icon(doctype, name, df, value, text) : text;
	};
	return column;
}

function with_icon(doctype, name, { fieldname, label, parent }, value, text) {
	const said = __("Call the number in {0}", [__(label, null, parent)]);
	return `${record_button({ doctype, name, fieldname, shown: value }, said)} ${text}`;
}
