// A phone icon on every phone field of a form, and in the cells of its tables: exactly one, whoever else
// draws some. Clicks are handled in clicks.js; no control is subclassed.
import { icon_button } from "../click/icon_button";
import { is_phone_field, phone_fields, phone_tables } from "../click/phone_fields";
import { silence_phone_icon } from "../patches";

export function add_icons() {
	// Fires before the fields are refreshed, on every form of every DocType, custom ones too.
	$(document).on("form-refresh", (_event, frm) => {
		for (const control of Object.values(frm.fields_dict)) {
			silence_phone_icon(control);
			if (is_phone_field(frm.doctype, control.df)) add_icon(frm, control);
		}
		for (const table of phone_tables(frm.doctype)) add_cell_icons(frm, table);
	});
}

function add_icon(frm, control) {
	const area = control.$input_wrapper?.get(0);
	if (!area) return;
	if (!area.querySelector(".c2c-icon")) area.append(icon_of(control.df));
	// The number is read from the saved record: where none is saved there is nothing to call.
	const is_saved = !frm.is_new() && Boolean(frm.doc[control.df.fieldname]);
	area.classList.toggle("c2c-callable", is_saved);
}

function add_cell_icons(frm, table) {
	for (const { fieldname } of phone_fields(table.options)) {
		const df = frappe.meta.get_docfield(table.options, fieldname, frm.docname);
		if (!df || df.formatter) continue;
		// Only grids format without options; everything else gets the value as it is.
		df.formatter = (value, _df, options) => {
			if (!value || options) return value ?? "";
			return `${frappe.utils.escape_html(value)} ${icon_of(df).outerHTML}`;
		};
	}
}

function icon_of(df) {
	return icon_button(__("Call the number in {0}", [__(df.label, null, df.parent)]), "phone-btn");
}
