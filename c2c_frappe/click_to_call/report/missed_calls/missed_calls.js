// The filters of the report Missed Calls.
// {% include "c2c_frappe/click_to_call/report/call_filters.js" %}

frappe.query_reports["Missed Calls"] = {
	filters: c2c_call_filters(
		c2c_choice("show", __("Show"), [
			["all", __("All")],
			["open", __("Not Called Back")],
			["called_back", __("Called Back")],
		]),
		c2c_choice("group_by", __("Group By"), [
			["", __("Call")],
			["Agent", __("Agent")],
			["Account", __("Account")],
			...c2c_periods(),
		])
	),
	formatter: c2c_draw_cell,
};
