// The wrap-up of a call: what came of it, notes, a follow-up. One dialog, by keyboard alone if one likes; when it
// opens, and whether it may be left out, others decide.
import { get, post } from "../server";
import { radio_group } from "./radio_group";

let is_open = false;

// `title` names whom the call was with; a required one stays until an answer is chosen. `on_saved` gets the
// server's words about the call.
export async function wrap_up({ call, title, is_required }, on_saved) {
	if (is_open) return;
	is_open = true;
	try {
		open({ call, title, is_required }, await get("wrap_up_form", { call }), on_saved);
	} catch (error) {
		is_open = false;
		frappe.show_alert({ message: frappe.utils.escape_html(error.message), indicator: "red" });
	}
}

function open({ call, title, is_required }, form, on_saved) {
	const outcome = radio_group(__("What came of it?"), form.dispositions, form.disposition);
	const dialog = new frappe.ui.Dialog({
		title: title ? __("Wrap up: {0}", [frappe.utils.escape_html(title)]) : __("Wrap up"),
		fields: [
			{ fieldtype: "HTML", fieldname: "outcome" },
			{ fieldtype: "Small Text", fieldname: "notes", label: __("Notes"), default: form.notes },
			{ fieldtype: "Date", fieldname: "follow_up_on", label: __("Follow-up on") },
			{ fieldtype: "Data", fieldname: "follow_up", label: __("What to do then") },
		],
		static: is_required,
		primary_action_label: __("Save"),
		primary_action: () => save(call, dialog, outcome, on_saved),
	});
	dialog.fields_dict.outcome.wrapper.append(outcome.element);
	// Frappe 15's labels are not tied to their fields.
	for (const { df, $input } of dialog.fields_list) $input?.attr("aria-label", df.label);
	dialog.$wrapper.addClass("c2c-dialog");
	dialog.body.addEventListener("keydown", (event) => {
		if (is_send(event)) dialog.get_primary_btn().trigger("click");
	});
	dialog.$wrapper.on("shown.bs.modal", () => outcome.focus());
	dialog.$wrapper.on("hidden.bs.modal", () => {
		is_open = false;
		dialog.$wrapper.remove();
	});
	dialog.show();
}

// A text saves on Enter by Frappe's own doing; a note may have several lines.
function is_send({ key, ctrlKey, metaKey, target }) {
	return key === "Enter" && (ctrlKey || metaKey || target.type === "radio");
}

async function save(call, dialog, outcome, on_saved) {
	const { notes, follow_up_on, follow_up } = dialog.get_values();
	dialog.disable_primary_action();
	try {
		const news = await post("wrap_up", { call, disposition: outcome.value(), notes, follow_up_on, follow_up });
		dialog.hide();
		frappe.show_alert({ message: __("The call is wrapped up."), indicator: "green" });
		on_saved?.(news);
	} catch (error) {
		// What was typed stays in the dialog.
		frappe.show_alert({ message: frappe.utils.escape_html(error.message), indicator: "red" }, 10);
		dialog.enable_primary_action();
	}
}
