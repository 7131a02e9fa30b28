// The form of an event: one that found no call can be tried again.

frappe.ui.form.on("PBX Event", {
	refresh(frm) {
		if (frm.doc.outcome === "Applied") return;
		frm.add_custom_button(__("Try Again"), async () => {
			await frappe.xcall("c2c_frappe.api.event.retry", { names: [frm.docname] });
			await frm.reload_doc();
			frappe.show_alert({ message: __("Retried: {0}", [__(frm.doc.outcome)]), indicator: "blue" });
		});
	},
});
