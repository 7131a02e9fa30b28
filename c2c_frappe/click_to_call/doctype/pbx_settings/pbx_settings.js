// The form of PBX Settings: what may be chosen, the site's address to confirm, and reading all numbers again.

frappe.ui.form.on("PBX Settings", {
	setup(frm) {
		frm.set_query("default_account", () => ({ filters: { enabled: 1 } }));
		frm.set_query("indexed_doctypes", () => ({ filters: { istable: 0, issingle: 0, is_virtual: 0 } }));
	},
	async confirm_site_url(frm) {
		await frappe.xcall("c2c_frappe.api.account.confirm_site_address");
		await frm.reload_doc();
		frappe.show_alert({ message: __("Calls may be placed under this address."), indicator: "green" });
	},
	async read_numbers(frm) {
		await frappe.xcall("c2c_frappe.api.account.read_numbers");
		await frm.reload_doc();
		frappe.show_alert({ message: __("The numbers are being read."), indicator: "blue" });
	},
});
