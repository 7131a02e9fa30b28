// The list of calls: its own colours, and no "Create" button, for calls are placed, not typed.

frappe.listview_settings["PBX Call Log"] = {
	hide_name_column: true,
};
