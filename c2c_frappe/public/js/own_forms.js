// What all forms of ours have: a mistake leads to its field, and a page of the documentation. Saves nothing.
const MODULE = "Click To Call";
const ICON = "help";

export function set_up_own_forms() {
	frappe.request.on_error("WrongFieldError", ({ _server_messages, wrong_field }) => {
		frappe.hide_msgprint();
		frappe.msgprint(JSON.parse(_server_messages));
		// nosemgrep: frappe-cur-frm-usage - the reply names no form: it is the one that was saved
		lead_to_field(cur_frm, wrong_field);
	});
	$(document).on("form-refresh", (_event, frm) => offer_documentation(frm));
}

// Goes to a field, and opens what it stands in, once the message about it has been read.
export function lead_to_field(frm, fieldname) {
	if (!frm?.get_field(fieldname)) return;
	frappe.msg_dialog.$wrapper.one("hidden.bs.modal", () => frm.scroll_to_field(fieldname));
}

function offer_documentation(frm) {
	const { module, documentation } = frm.meta;
	if (module !== MODULE || !documentation) return;
	const open = () => window.open(documentation, "_blank", "noopener");
	frm.page.add_menu_item(__("Documentation"), open);
	if (!frm.page.icon_group.find(".c2c-documentation").length) {
		const button = frm.page.add_action_icon(ICON, open, "c2c-documentation", __("Documentation"));
		button.attr("aria-label", __("Documentation"));
	}
}
