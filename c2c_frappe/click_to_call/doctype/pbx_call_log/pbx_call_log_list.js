// The list of calls: a call's name is a hash nobody reads.

frappe.listview_settings["PBX Call Log"] = {
	hide_name_column: true,
};
