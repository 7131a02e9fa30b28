// Opens a dialog as Frappe draws them, so that no key is lost while it appears. Loaded with the first one, not at boot.
import { escaped, keep_focus } from "./frappe_desk";

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
	dialog.$wrapper.addClass("c2c-dialog").attr("aria-label", title);
	dialog.get_close_btn().attr("aria-label", __("Close"));
	dialog.$wrapper.on("hidden.bs.modal", () => {
		dialog.$wrapper.remove();
		give_back_focus();
		on_gone?.();
	});
	const handle = {
		body: dialog.body,
		focus: () => dialog.get_primary_btn().trigger("focus"),
		press: () => dialog.get_primary_btn().trigger("click"),
		set_busy: (busy) => (busy ? dialog.disable_primary_action() : dialog.enable_primary_action()),
		say_fault(text) {
			fault.textContent = text;
			if (text) fault.scrollIntoView({ block: "nearest" });
		},
		set: (fieldname, value) => dialog.set_value(fieldname, value),
		close: () => dialog.hide(),
	};
	dialog.$wrapper.on("shown.bs.modal", () => on_open?.(handle));
	dialog.show();
	return handle;
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

// A note with a link, for as long as somebody may be away from the screen.
export function say_with_link(text, label, url) {
	const link = `<a href="${escaped(url)}">${escaped(label)}</a>`;
	frappe.show_alert({ message: `${escaped(text)} ${link}`, indicator: "orange" }, 120);
}
