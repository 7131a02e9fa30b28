// The filters of the report Talk Time by Agent.
// {% include "c2c_frappe/click_to_call/report/call_filters.js" %}

frappe.query_reports["Talk Time by Agent"] = {
	filters: c2c_call_filters(
		c2c_choice("group_by", __("Group By"), [
			["Agent", __("Agent")],
			["Account", __("Account")],
			...c2c_periods(),
		])
	),
	formatter: c2c_draw_cell,
};
