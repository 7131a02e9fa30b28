// frappe.phone_call.handler: the Desk's own socket for telephony. It must be there before the first form is
// drawn, as ERPNext and Contact look for it once. An earlier app's handler is replaced for callers only.
import { call, call_record } from "./call";
import { record_of, target_of_number } from "./target";

export function set_handler() {
	frappe.provide("frappe.phone_call");
	frappe.phone_call.handler = handle;
}

// Fields hand over a text, Call Log a text and its form, Contact an array of its numbers and no form.
function handle(numbers, frm) {
	if (!Array.isArray(numbers)) return call(target_of_number(numbers, frm));
	// nosemgrep: frappe-cur-frm-usage - Contact hands over no form, and means the one in sight
	const form = frm || cur_frm;
	if (form && !form.is_new()) return call_record(record_of(form));
	return call(target_of_number(numbers[0]));
}
