// What our views need of the Desk they stand in: this one, Frappe's with jQuery. On another (Desk v2 is written in Vue)
// it is this file that is replaced: strip, dialogs and icons know nothing else of Frappe.

export const escaped = (text) => frappe.utils.escape_html(text);

// What the server sends at boot to who may call.
export const settings = () => frappe.boot.c2c;
export const user = () => frappe.boot.user.name;
export const csrf_token = () => frappe.csrf_token;

// An icon's SVG.
export const icon = (name) => frappe.utils.icon(name, "sm");

// The address of a record's form; without a name of the DocType's list.
export const address_of = (doctype, name = "") => frappe.utils.get_form_link(doctype, name);

export function say(text, color, seconds) {
	frappe.show_alert({ message: escaped(text), indicator: color }, seconds);
}

export function on_realtime(event, listener) {
	$(document).on("app_ready", () => frappe.realtime.on(event, listener));
}

export function add_shortcut(shortcut, description, action, condition) {
	frappe.ui.keys.add_shortcut({ shortcut, description, action, condition, ignore_inputs: true });
}

export function make_searchable(action, label) {
	frappe.search?.utils?.make_function_searchable?.(action, label);
}

// A new form with a number in it; nothing is saved until the user does.
export function enter_new({ doctype, table, fieldname }, number) {
	frappe.model.with_doctype(doctype, () => {
		const record = frappe.model.get_new_doc(doctype);
		const holder = table ? frappe.model.add_child(record, table) : record;
		holder[fieldname] = number;
		frappe.set_route("Form", doctype, record.name);
	});
}

// A record's timeline came with its form, and so did that of its Contact; only the form in sight can be stale.
export function refresh_timeline({ reference_doctype, reference_name, contact }) {
	// nosemgrep: frappe-cur-frm-usage - what happened to a call happened on no form
	const form = cur_frm;
	const is_of = (doctype, name) => name && form?.docname === name && form.doctype === doctype;
	if (is_of(reference_doctype, reference_name) || is_of("Contact", contact)) form.sidebar?.reload_docinfo?.();
}

export const is_dialog_open = () => Boolean(document.querySelector(".modal.show"));

// Opens a dialog with `content` (elements) or `fields` (Frappe's), gone from the page once it is closed. The title is
// plain text. `act` gets the values of the fields; `on_close` is called as it begins to close, `on_gone` afterwards.
export function open_dialog({ title, content, fields, is_wide, is_required, label, act, ...listeners }) {
	const { on_open, on_close, on_gone } = listeners;
	const dialog = new frappe.ui.Dialog({
		title: escaped(title),
		size: is_wide ? null : "small",
		fields,
		no_focus: !fields,
		static: is_required,
		primary_action_label: label,
		primary_action: act,
		on_hide: on_close,
	});
	if (content) dialog.$body.get(0).replaceChildren(...content);
	// Frappe 15's labels are not tied to their fields.
	for (const { df, $input } of dialog.fields_list || []) $input?.attr("aria-label", df.label);
	dialog.$wrapper.addClass("c2c-dialog");
	dialog.$wrapper.on("shown.bs.modal", () => on_open?.());
	dialog.$wrapper.on("hidden.bs.modal", () => {
		dialog.$wrapper.remove();
		on_gone?.();
	});
	dialog.show();
	return {
		body: dialog.body,
		place_of: (fieldname) => dialog.fields_dict[fieldname].wrapper,
		press: () => dialog.get_primary_btn().trigger("click"),
		set_busy: (busy) => (busy ? dialog.disable_primary_action() : dialog.enable_primary_action()),
		close: () => dialog.hide(),
	};
}
