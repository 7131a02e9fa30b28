// The filters of the report Calls by Outcome.
// {% include "c2c_frappe/click_to_call/report/call_filters.js" %}

frappe.query_reports["Calls by Outcome"] = {
	filters: c2c_call_filters(
		c2c_choice("group_by", __("Group By"), [
			["", __("Outcome")],
			["Agent", __("Agent")],
			["Account", __("Account")],
			...c2c_periods(),
		])
	),
	formatter: c2c_draw_cell,
};
