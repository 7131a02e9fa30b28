// A phone icon on every phone field of a form, and in the cells of its tables: exactly one, whoever else
// draws some. Clicks are handled in clicks.js; no control is subclassed.
import { is_phone_field, phone_fields, phone_tables } from "../click/phone_fields";

export function add_icons() {
	// Fires before the fields are refreshed, on every form of every DocType, custom ones too.
	$(document).on("form-refresh", (_event, frm) => {
		for (const control of Object.values(frm.fields_dict)) {
			if (control.setup_phone) silence(control);
			if (is_phone_field(frm.doctype, control.df)) add_icon(frm, control);
		}
		for (const table of phone_tables(frm.doctype)) add_cell_icons(frm, table);
	});
}

// ERPNext's own icon comes and goes with the field's state, stands on fax numbers too, and is nothing to a
// keyboard or a screen reader. Ours stands in its place, so its control is told not to draw another.
function silence(control) {
	control.setup_phone = () => {};
	control.wrapper.querySelectorAll(".phone-btn:not(.c2c-icon)").forEach((icon) => icon.remove());
}

function add_icon(frm, control) {
	const area = control.$input_wrapper?.get(0);
	if (!area) return;
	if (!area.querySelector(".c2c-icon")) area.append(icon_button(control.df));
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
			return `${frappe.utils.escape_html(value)} ${icon_button(df).outerHTML}`;
		};
	}
}

function icon_button(df) {
	const button = document.createElement("button");
	button.type = "button";
	button.className = "phone-btn c2c-icon";
	button.title = __("Call the number in {0}", [__(df.label, null, df.parent)]);
	button.setAttribute("aria-label", button.title);
	button.innerHTML = frappe.utils.icon("call", "sm");
	return button;
}
