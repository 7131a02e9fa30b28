// The filters of the report List Progress.
// {% include "c2c_frappe/click_to_call/report/call_filters.js" %}

frappe.query_reports["List Progress"] = {
	filters: c2c_call_filters(
		{ fieldname: "call_list", label: __("List"), fieldtype: "Link", options: "PBX Call List" },
		c2c_choice("group_by", __("Group By"), [
			["List", __("List")],
			["Agent", __("Agent")],
			["Outcome", __("Outcome")],
		])
	),
	formatter(value, row, column, data, draw) {
		if (column.fieldname !== "list" || !data?.call_list) return c2c_draw_cell(value, row, column, data, draw);
		return frappe.utils.get_form_link("PBX Call List", data.call_list, true, frappe.utils.escape_html(value));
	},
};
