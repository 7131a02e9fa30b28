// The list of calls: a call's name is a hash nobody reads. Who sees everybody's calls finds the own ones at once.

frappe.listview_settings["PBX Call Log"] = {
	hide_name_column: true,
	add_fields: ["agent", "status", "disposition", "reference_name"],
	// What the app's own script hears, which is there for who may call.
	button: {
		show: (doc) => frappe.boot.c2c && doc.agent === frappe.session.user && !doc.disposition && doc.status !== "Failed",
		get_label: () => __("Wrap up"),
		get_description: () => __("Wrap up"),
		action: ({ name, reference_name }) => {
			const detail = { call: name, title: reference_name };
			document.dispatchEvent(new CustomEvent("c2c-wrap-up", { detail }));
		},
	},
	onload(list) {
		if (!frappe.user.has_role(["PBX Manager", "System Manager"])) return;
		list.page.add_inner_button(__("My calls"), () => {
			list.filter_area.add([["PBX Call Log", "agent", "=", frappe.session.user]]);
		});
	},
};
