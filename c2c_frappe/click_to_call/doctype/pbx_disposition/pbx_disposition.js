// The form of a disposition: the statuses a Lead of this site can have.

frappe.ui.form.on("PBX Disposition", {
	refresh(frm) {
		frm.set_df_property("lead_status", "options", frm.doc.__onload?.lead_statuses || []);
	},
});
