// The "Call" button of forms in the form's own style, its keyboard shortcut, and "Call again" on a logged call.
import { add_shortcut, refresh_timeline, say } from "../frappe_desk";
import { take_clicks } from "../patches";
import { hang_up } from "../strip/hang_up";
import { is_shown, wrap_up_latest } from "../strip/strip";
import { go_to } from "../strip/strip_view";
import { wrap_up } from "../strip/wrap_up";
import { call, call_record } from "./call";
import { has_numbers } from "./phone_fields";
import { record_of } from "./target";

// Many more DocTypes have a phone field (Company, Warehouse, Sales Order): there the icon is enough.
export const FORMS = new Set([
	"Lead",
	"Contact",
	"Customer",
	"Supplier",
	"Opportunity",
	"Prospect",
	"Employee",
	"Address",
	"Issue",
	"CRM Lead",
	"CRM Deal",
]);

export function add_call_buttons() {
	$(document).on("form-refresh", (_event, frm) => {
		if (has_call_button(frm)) {
			// Contact adds one of the same name later, and is then given this one instead of a second.
			add_button(frm, __("Call"), () => call_record(record_of(frm)));
		} else if (frm.doctype === "PBX Call Log" && !frm.is_new()) {
			add_buttons_of_call(frm);
		}
	});
	add_shortcut(
		"alt+shift+c",
		__("Call the Open Record"),
		() => call_record(record_of(open_form())),
		() => Boolean(open_form() && has_call_button(open_form()))
	);
	take_clicks("[data-c2c-call]", wrap_up_entry);
	add_shortcut("alt+shift+w", __("Wrap Up the Latest Call"), wrap_up_latest);
	add_shortcut("alt+shift+s", __("Go to the Call Strip"), go_to, is_shown);
}

// The record whose button is in sight, nothing where there is none.
export function current_record() {
	const frm = open_form();
	return frm && has_call_button(frm) ? record_of(frm) : null;
}

function open_form() {
	// nosemgrep: frappe-cur-frm-usage - a key is pressed on no form in particular, and this is the one in sight
	return frappe.get_route()[0] === "Form" ? cur_frm : null;
}

function add_buttons_of_call(frm) {
	if (frm.doc.number) add_button(frm, __("Call Again"), () => call(logged_target(frm.doc)));
	if (frm.doc.__onload?.can_hang_up) {
		frm.add_custom_button(__("Hang Up"), () => hang_up_logged(frm));
	}
	if (frm.perm[0]?.write) frm.add_custom_button(__("Wrap Up"), () => wrap_up_logged(frm));
}

async function hang_up_logged(frm) {
	const fault = await hang_up(frm.docname);
	if (fault) say(fault, "red");
	await frm.reload_doc();
}

// A call on the timeline of the record in sight.
function wrap_up_entry({ dataset }) {
	const record = record_of(open_form());
	wrap_up({ call: dataset.c2cCall, title: record.title }, { on_saved: () => refresh_timeline(record) });
	return true;
}

async function wrap_up_logged(frm) {
	// The dialog and the form write the same fields.
	if (frm.is_dirty()) await frm.save();
	wrap_up({ call: frm.docname, title: frm.doc.reference_name }, { on_saved: () => frm.reload_doc() });
}

function add_button(frm, label, act) {
	// A button whose action returns a promise is disabled by Frappe meanwhile, which takes the focus away.
	frm.add_custom_button(label, () => void act())?.addClass("c2c-button");
}

function has_call_button(frm) {
	if (frm.is_new()) return false;
	// Of these the server reads the numbers of their Contacts too.
	return FORMS.has(frm.doctype) || (Boolean(frm.meta.custom) && (has_contact(frm) || has_numbers(frm.doctype)));
}

const has_contact = ({ meta }) => meta.fields.some((df) => df.fieldtype === "Link" && df.options === "Contact");

// The record decides again: a number it no longer holds is refused. A mask has no extension to show.
function logged_target({ reference_doctype, reference_name, number: logged, number_extension }) {
	const has_extension = number_extension && /^\+\d+$/.test(logged);
	const number = has_extension ? `${logged} x${number_extension}` : logged || number_extension;
	return { reference_doctype, reference_name, number, shown: number, title: reference_name };
}
