// The wrap-up of a call: what came of it, notes, a follow-up. One dialog, by keyboard alone if one likes; when it
// opens, and whether it may be left out, others decide.
import { open_dialog, say } from "../frappe_desk";
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
		say(error.message, "red");
	}
}

function open({ call, title, is_required }, form, on_saved) {
	const outcome = radio_group(__("What came of it?"), form.dispositions, form.disposition, form.colors);
	const dialog = open_dialog({
		title: title ? __("Wrap up: {0}", [title]) : __("Wrap up"),
		is_wide: true,
		is_required,
		fields: [
			{ fieldtype: "HTML", fieldname: "outcome" },
			{ fieldtype: "Small Text", fieldname: "notes", label: __("Notes"), default: form.notes },
			{ fieldtype: "Date", fieldname: "follow_up_on", label: __("Follow-up on") },
			{ fieldtype: "Data", fieldname: "follow_up", label: __("What to do then") },
		],
		label: __("Save"),
		act: (values) => save(call, dialog, { ...values, disposition: outcome.value() }, on_saved),
		on_open: () => outcome.focus(),
		on_gone: () => (is_open = false),
	});
	dialog.place_of("outcome").append(outcome.element);
	dialog.body.addEventListener("keydown", (event) => {
		if (is_send(event)) dialog.press();
	});
}

// A text saves on Enter by Frappe's own doing; a note may have several lines.
function is_send({ key, ctrlKey, metaKey, target }) {
	return key === "Enter" && (ctrlKey || metaKey || target.type === "radio");
}

async function save(call, dialog, { disposition, notes, follow_up_on, follow_up }, on_saved) {
	dialog.set_busy(true);
	try {
		const news = await post("wrap_up", { call, disposition, notes, follow_up_on, follow_up });
		dialog.close();
		say(__("The call is wrapped up."), "green");
		on_saved?.(news);
	} catch (error) {
		// What was typed stays in the dialog.
		say(error.message, "red", 10);
		dialog.set_busy(false);
	}
}
