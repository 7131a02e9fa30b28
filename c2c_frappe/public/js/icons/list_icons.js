// A phone icon beside the numbers in the cells of lists and of report views, and in the rows of lists that show none of
// records with a Call button. What Frappe draws is drawn by Frappe; these add to it.
import { FORMS } from "../click/form_button";
import { is_phone_field } from "../click/phone_fields";
import { record_button } from "../click/record_button";
import { wrap_list_cell, wrap_report_column } from "../patches";

export function add_list_icons() {
	wrap_list_cell(draw_list_cell);
	wrap_report_column(build_report_column);
}

function draw_list_cell(list, drawn, column, doc, ...rest) {
	const { doctype } = list;
	const { df, type } = column;
	if (type === "Subject") return with_call_button(list, drawn(column, doc, ...rest), doc);
	if (!df || !is_phone_field(doctype, df) || !doc[df.fieldname]) return drawn(column, doc, ...rest);
	const formatter = (value) => with_icon(doctype, doc.name, df, value, frappe.utils.escape_html(value));
	return drawn({ ...column, df: { ...df, formatter } }, doc, ...rest);
}

function with_call_button({ doctype, columns }, cell, { name }) {
	const shows_number = columns.some(({ df }) => df && is_phone_field(doctype, df));
	if (!FORMS.has(doctype) || shows_number) return cell;
	const button = record_button({ doctype, name }, __("Call {0}", [name]));
	return cell.replace(/(<\/div>\s*)$/, ` ${button}$1`);
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
