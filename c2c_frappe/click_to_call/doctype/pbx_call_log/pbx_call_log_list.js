// The list of calls: a call's name is a hash nobody reads. Who sees everybody's calls finds the own ones at once.

frappe.listview_settings["PBX Call Log"] = {
	hide_name_column: true,
	onload(list) {
		if (!frappe.user.has_role(["PBX Manager", "System Manager"])) return;
		list.page.add_inner_button(__("My calls"), () => {
			list.filter_area.add([["PBX Call Log", "agent", "=", frappe.session.user]]);
		});
	},
};
