// The wrap-up of a call: what came of it, notes, a follow-up. One dialog, by keyboard alone if one likes; when it
// opens, and whether it may be left out, others decide. Loaded when it is first used.
import { open_dialog } from "../frappe_dialog";
import { is_typing, say } from "../frappe_desk";
import { hold_keys } from "../patches";
import { get, post } from "../server";
import { presets } from "./follow_up_presets";
import { radio_group } from "./radio_group";
import { drop } from "./waiting";

const HELD = 1000; // ms

let is_open = false;

// `title` names whom the call was with; a required one stays until an answer is chosen. `outcome` was chosen already;
// one that `is_unasked` opens by itself. `on_saved` gets the server's words about the call, `on_gone` nothing.
export async function open_wrap_up(wanted, listeners) {
	if (is_open) return;
	is_open = true;
	try {
		const form = await get("wrap_up_form", { call: wanted.call });
		// Who has begun to write meanwhile is not disturbed.
		is_open = !(wanted.is_unasked && is_typing());
		if (is_open) open(wanted, form, listeners);
	} catch (error) {
		is_open = false;
		say(error.message, "red");
	}
}

function open({ call, title, is_required, outcome, is_unasked }, form, { on_saved, on_gone }) {
	const radios = radio_group(__("Call Outcome"), form.dispositions, outcome || form.disposition, form.colors);
	const whom = form.title || title;
	const dialog = open_dialog({
		title: whom ? __("Wrap Up: {0}", [whom]) : __("Wrap Up"),
		is_wide: true,
		is_required,
		fields: [
			{ fieldtype: "HTML", fieldname: "outcome" },
			{ fieldtype: "Small Text", fieldname: "notes", label: __("Notes"), default: form.notes },
			{ fieldtype: "Datetime", fieldname: "follow_up_on", label: __("Follow-up Time"), min_date: new Date() },
			{ fieldtype: "HTML", fieldname: "presets" },
			{ fieldtype: "Data", fieldname: "follow_up", label: __("Follow-up Task") },
		],
		parts: { outcome: radios.element, presets: presets(form, (time) => dialog.set("follow_up_on", time)) },
		label: __("Save"),
		act: (values) => save(call, dialog, { ...values, before: form.notes, disposition: radios.value() }, on_saved),
		// Whoever did not ask for it may be about to press keys meant for the page.
		on_open: () => (is_unasked ? hold_keys(HELD, () => is_open && radios.focus()) : radios.focus()),
		on_gone: () => {
			is_open = false;
			on_gone?.();
		},
	});
	dialog.body.addEventListener("keydown", (event) => {
		if (is_send(event)) dialog.press();
	});
}

// A text saves on Enter by Frappe's own doing; a note may have several lines.
function is_send({ key, ctrlKey, metaKey, target }) {
	return key === "Enter" && (ctrlKey || metaKey || target.type === "radio");
}

async function save(call, dialog, words, on_saved) {
	dialog.set_busy(true);
	dialog.say_fault("");
	try {
		const reply = await post("wrap_up", { call, ...words });
		drop(call);
		dialog.close();
		say(__("Call wrapped up."), "green");
		on_saved?.(reply);
	} catch (error) {
		// What was typed stays in the dialog.
		dialog.say_fault(error.message);
		dialog.set_busy(false);
	}
}
