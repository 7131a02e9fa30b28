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

export const show_form = (doctype, name) => frappe.set_route("Form", doctype, name);

export function say(text, color, seconds) {
	frappe.show_alert({ message: escaped(text), indicator: color }, seconds);
}

export function on_realtime(event, listener) {
	$(document).on("app_ready", () => frappe.realtime.on(event, listener));
}

// Somebody may be writing here, and is not to be disturbed.
export function is_typing() {
	return Boolean(document.activeElement?.matches("input, textarea, select, iframe, [contenteditable=true]"));
}

// Escape is about what lies over the page, and not about the strip.
export const is_covered = () =>
	Boolean(document.querySelector(".modal.show, .dropdown-menu.show, .grid-row-open"));

// Remembers where the focus is. What it returns gives it back there, unless it was taken elsewhere meanwhile; of a
// button that was drawn anew, to the one in its place. Later, as Frappe takes the focus away after an Escape.
export function keep_focus(before = document.activeElement) {
	return () =>
		setTimeout(() => {
			const is_lost = !document.activeElement || document.activeElement === document.body;
			if (is_lost) (before.isConnected ? before : twin_of(before))?.focus({ preventScroll: true });
		});
}

function twin_of({ tagName, dataset }) {
	const text = JSON.stringify(dataset);
	if (text === "{}") return null;
	const others = [...document.getElementsByTagName(tagName)];
	return others.find((other) => other.offsetParent && JSON.stringify(other.dataset) === text);
}

// Fetches and runs other bundles of ours.
export const load = (bundles) => frappe.require(bundles);

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
	// The focus as it is when the timeline is about to be drawn anew: where it was when asked is past.
	if (is_of(reference_doctype, reference_name) || is_of("Contact", contact))
		form.sidebar?.reload_docinfo?.(() => keep_focus()());
}
