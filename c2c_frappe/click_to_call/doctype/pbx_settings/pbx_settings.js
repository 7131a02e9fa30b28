// The form of PBX Settings: what may be chosen, the site's address to confirm, and reading all numbers again.

frappe.ui.form.on("PBX Line Rule", {
	line_rules_add(_frm, doctype, name) {
		// The Desk fills in the user's default company and country; empty ones mean any.
		frappe.model.set_value(doctype, name, { pbx_company: "", number_country: "" });
	},
});

frappe.ui.form.on("PBX Settings", {
	setup(frm) {
		frm.set_query("account", "line_rules", () => ({ filters: { enabled: 1 } }));
		frm.set_query("default_account", () => ({ filters: { enabled: 1 } }));
		frm.set_query("indexed_doctypes", () => ({ filters: { istable: 0, issingle: 0, is_virtual: 0 } }));
	},
	refresh(frm) {
		const answering = frm.doc.__onload?.crm;
		if (answering) frm.set_df_property("call_from_crm", "description", frappe.utils.escape_html(answering));
		if (!frm.doc.__onload?.is_scheduler_off) return;
		const text = __("The site's scheduler is off: interrupted calls stay open and follow-up reminders are not sent.");
		frm.set_intro(text, "orange");
	},
	async confirm_site_url(frm) {
		await frappe.xcall("c2c_frappe.api.account.confirm_site_address");
		await frm.reload_doc();
		frappe.show_alert({ message: __("Calls can now be placed from this address."), indicator: "green" });
	},
	async read_numbers(frm) {
		await frappe.xcall("c2c_frappe.api.account.read_numbers");
		await frm.reload_doc();
		frappe.show_alert({ message: __("The numbers are being read."), indicator: "blue" });
	},
});
