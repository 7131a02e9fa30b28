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

// Fetches and runs another bundle of ours.
export const load = (bundle) => frappe.require(bundle);

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

export const is_dialog_open = () => Boolean(document.querySelector(".modal.show"));

// Opens a dialog with `content` (elements) or `fields` (Frappe's; `parts` are elements for those that are HTML), gone from
// the page once it is closed. The title is plain text. `act` gets the values of the fields; `on_open` sets the focus,
// `on_close` is called as it begins to close, `on_gone` afterwards.
export function open_dialog({ title, content, fields, parts, is_wide, is_required, label, act, ...listeners }) {
	const { on_open, on_close, on_gone } = listeners;
	const give_back_focus = keep_focus();
	const dialog = new frappe.ui.Dialog({
		title: escaped(title),
		size: is_wide ? null : "small",
		fields,
		no_focus: !fields || Boolean(on_open),
		// While Frappe fades it in, no key reaches it: c2c_frappe.bundle.css does so instead.
		animate: false,
		primary_action_label: label,
		primary_action: act,
		on_hide: on_close,
	});
	if (is_required) keep_open(dialog);
	if (content) dialog.$body.get(0).replaceChildren(...content);
	for (const [name, part] of Object.entries(parts || {})) dialog.fields_dict[name].wrapper.append(part);
	// Frappe 15's labels are not tied to their fields.
	for (const { df, $input } of dialog.fields_list || []) $input?.attr("aria-label", df.label);
	const fault = add_fault(dialog.body);
	dialog.$wrapper.addClass("c2c-dialog");
	dialog.$wrapper.on("shown.bs.modal", () => on_open?.());
	dialog.$wrapper.on("hidden.bs.modal", () => {
		dialog.$wrapper.remove();
		give_back_focus();
		on_gone?.();
	});
	dialog.show();
	return {
		body: dialog.body,
		press: () => dialog.get_primary_btn().trigger("click"),
		set_busy: (busy) => (busy ? dialog.disable_primary_action() : dialog.enable_primary_action()),
		say_fault: (text) => (fault.textContent = text),
		close: () => dialog.hide(),
	};
}

// Neither Escape nor a click beside it closes it. Frappe's own option for this fades it in.
function keep_open(dialog) {
	dialog.static = true;
	dialog.$wrapper.modal({ backdrop: "static", keyboard: false, show: false });
	dialog.get_close_btn().hide();
}

// What went wrong stands in the dialog: a toast would lie on its buttons, and is gone before it is read.
function add_fault(body) {
	const fault = document.createElement("div");
	fault.className = "c2c-fault";
	fault.setAttribute("role", "alert");
	body.append(fault);
	return fault;
}
