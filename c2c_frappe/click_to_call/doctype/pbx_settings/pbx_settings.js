// The form of PBX Settings: only enabled accounts are offered, and the site's address can be confirmed.

frappe.ui.form.on("PBX Settings", {
	setup(frm) {
		frm.set_query("default_account", () => ({ filters: { enabled: 1 } }));
	},
	async confirm_site_url(frm) {
		await frappe.xcall("c2c_frappe.api.account.confirm_site_address");
		await frm.reload_doc();
		frappe.show_alert({ message: __("Calls may be placed under this address."), indicator: "green" });
	},
});
