// The "Call" button of forms, in the form's own style.
import { call_record } from "./call";
import { phone_fields, phone_tables } from "./phone_fields";
import { record_of } from "./target";

// Many more DocTypes have a phone field (Company, Warehouse, Sales Order): there the icon is enough.
const FORMS = new Set([
	"Lead",
	"Contact",
	"Customer",
	"Supplier",
	"Opportunity",
	"Prospect",
	"Employee",
	"Address",
]);

export function add_call_buttons() {
	$(document).on("form-refresh", (_event, frm) => {
		if (!has_call_button(frm)) return;
		// Contact adds one of the same name later, and is then given this one instead of a second.
		frm.add_custom_button(__("Call"), () => call_record(record_of(frm))).addClass("c2c-button");
	});
}

function has_call_button(frm) {
	if (frm.is_new() || !(FORMS.has(frm.doctype) || frm.meta.custom)) return false;
	return phone_fields(frm.doctype).length > 0 || phone_tables(frm.doctype).length > 0;
}
